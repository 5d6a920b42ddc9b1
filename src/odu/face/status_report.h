#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "odu/face/view.h"

/// What `odu status` and `odu runs` print (contract.md section 3, "Shapes"). Pure.
namespace odu::face {

/// `odu status -o json`, one line.
std::string StatusJson(const View& view, int64_t now_ms);

/// `odu status`: a line on the run, then `<glyph> <status> <id>` for each node.
std::string StatusText(const View& view, int64_t now_ms, bool colour);

/// `odu runs -o json`: one line a run, newest first.
std::string RunsJson(std::span<const model::RunSummary> runs);

/// `odu runs`: a table, newest first. `all` adds the checkout.
std::string RunsText(std::span<const model::RunSummary> runs, int64_t now_ms, bool all,
                     bool colour);

/// "passed", "failed", … "running" for a live run, "unfinished" for one that has neither verdict
/// nor owner.
std::string_view OutcomeOf(const model::RunSummary& run);

/// What was asked for, for people: "all", "lint test, without needs, work tree".
std::string ScopeText(const model::Scope& scope);

}  // namespace odu::face
