#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "odu/model/node.h"

namespace odu::forge {

/// One commit status as the forge gets it. A value.
struct CommitStatus {
  std::string context;      ///< the node's id
  std::string state;        ///< pending, success, failure, error
  std::string description;  ///< at most 140 characters
  std::string target_url;   ///< empty = none
  bool operator==(const CommitStatus&) const = default;
};

/// The most characters that GitHub takes in a description.
inline constexpr size_t kMaxDescription = 140;

/// `text` cut to kMaxDescription characters: of a log path that is too long the middle goes, so
/// that what happened and the log's name stay. Never cuts a character in two. Pure.
std::string Description(std::string_view what, std::string_view log);

/// What the forge has to show for a node (contract.md 1.2 and 3), given whether it shows `pending`
/// for it from this same run. Nothing for a node that has not begun, was skipped or was given up
/// before it began; but what a run left pending becomes an error. Pure.
std::optional<CommitStatus> StatusOf(const model::Node& node, bool shows_pending);

/// Where people read of a node: `base` with `{run}`, `{node}` and `{sha}` replaced,
/// percent-encoded; without any of them `/<run>/<node>` is put behind it. Empty unless `base` is an
/// http(s) URL.
std::string TargetUrl(std::string_view base, std::string_view run_id, std::string_view sha,
                      std::string_view node);

}  // namespace odu::forge
