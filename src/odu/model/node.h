#pragma once

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <cstdint>
#include <optional>
#include <string>

namespace odu::model {

/// contract.md section 3, "Node states".
enum class NodeStatus { kPending, kRunning, kOk, kFailed, kSkipped, kErrored, kCancelled };
BOOST_DESCRIBE_ENUM(NodeStatus, kPending, kRunning, kOk, kFailed, kSkipped, kErrored, kCancelled)

/// Red is what a person has to act on; skipped and cancelled are not red.
constexpr bool IsRed(NodeStatus status) {
  return status == NodeStatus::kFailed || status == NodeStatus::kErrored;
}
constexpr bool IsTerminal(NodeStatus status) {
  return status != NodeStatus::kPending && status != NodeStatus::kRunning;
}

/// The internal name: pending, running, ok, failed, skipped, errored, cancelled.
std::string_view StatusName(NodeStatus status);
/// The name `--progress json` uses: as StatusName, but "success" for ok.
std::string_view ProgressName(NodeStatus status);
/// ◦ ▶ ✔ ✗ ⊘ ⚠ and ■ for cancelled (contract.md 1.3).
std::string_view StatusGlyph(NodeStatus status);

/// A node as every face sees it; the item of collection `nodes`, keyed by `name`.
struct Node {
  std::string name;    ///< `recipe@platform`
  std::string recipe;  ///< the instance id: `build`, `build(debug)`, `_ci-setup`
  std::string platform;
  NodeStatus status = NodeStatus::kPending;
  /// Why, for people: "exit 3", "signal 9", "disk full", "skipped: build failed", "lane died".
  std::string reason;
  int32_t attempt = 0;  ///< 0 before the first attempt
  std::optional<int32_t> exit_code;
  std::optional<int64_t> started_at;   ///< epoch milliseconds
  std::optional<int64_t> duration_ms;  ///< set when terminal
  std::string log;                     ///< path relative to the checkout
  uint64_t log_bytes = 0;              ///< final size once terminal
  bool log_complete = false;           ///< every byte that the node wrote is in the log
  int32_t order = 0;                   ///< position in which nodes are shown

  bool operator==(const Node&) const = default;
};
BOOST_DESCRIBE_STRUCT(Node, (),
                      (name, recipe, platform, status, reason, attempt, exit_code, started_at,
                       duration_ms, log, log_bytes, log_complete, order))

}  // namespace odu::model
