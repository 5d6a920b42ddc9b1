#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "base/error.h"
#include "odu/model/node.h"

namespace odu::coordinator {

/// `.ci/<sha7>/timings.jsonl` (contract.md 1.1): one line a node, in order.
std::string TimingsText(std::span<const model::Node> nodes);

/// Writes it; the folder is made if need be. A symlink in the way is refused.
base::Result<void> WriteTimings(const std::string& toplevel, const std::string& sha7,
                                const std::string& text);

/// WriteTimings, the failure only logged: a verdict does not hang on it.
void KeepTimes(const std::string& toplevel, const std::string& sha7,
               std::span<const model::Node> nodes);

/// How long nodes took when they last passed: platform -> instance -> milliseconds. What a lane
/// orders its ready nodes by.
using Durations = std::map<std::string, std::map<std::string, int64_t>>;

/// Durations of a checkout's earlier runs; none when there is no file or it cannot be read: they
/// only order what is ready.
Durations LoadDurations(const std::string& path);
/// Takes over those of `nodes` that passed. True when something changed by more than a tenth.
bool LearnDurations(Durations& durations, std::span<const model::Node> nodes);
base::Result<void> SaveDurations(const std::string& path, const Durations& durations);
/// Both, a failure only logged.
void LearnTimes(const std::string& path, std::span<const model::Node> nodes, Durations& durations);

}  // namespace odu::coordinator
