#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "odu/model/node.h"
#include "odu/model/odu_contract.h"
#include "odu/model/verdict.h"

/// What `run.next` answers, decided in one place for a live run and for a stored one. Pure.
namespace odu::model {

/// A node that turned red, in the order it happened.
struct Attention {
  size_t node = 0;  ///< its position among the run's nodes
  int32_t attempt = 0;
};

/// What is known of a run. Views of somebody else's values.
struct RunNews {
  std::string_view run_id;
  std::string_view ref;
  std::string_view sha;
  int64_t started_at = 0;
  std::optional<int64_t> settled_at;
  std::optional<Verdict> verdict;  ///< once it is settled, and only then
  std::span<const Node> nodes;     ///< all that the run has to have, in the order shown
  /// Every red there ever was; a cursor is a count of them.
  std::span<const Attention> reds;
  std::span<const std::string> flaky;  ///< once it is settled
  bool tree_changed = false;           ///< once it is settled
  Scope scope;
};

/// `<run_id>.<count>`; opaque to callers.
std::string CursorOf(std::string_view run_id, size_t count);
/// The count inside a cursor of that run, at most `known`; nothing for any other text.
std::optional<size_t> ParseCursor(std::string_view cursor, std::string_view run_id, size_t known);

/// The first of `reds` from `after` on whose node is still red with that attempt.
std::optional<size_t> FirstRedAfter(std::span<const Node> nodes, std::span<const Attention> reds,
                                    size_t after);

/// Whether the request can be answered of this run; the count inside its cursor. kUsage
/// "bad_cursor" (of another run, or no cursor), kRefused "checkout_moved" (another commit than
/// expected).
base::Result<size_t> CheckNext(const RunNews& run, const NextRequest& request);

/// The answer, if there is one now; `after` is what CheckNext gave.
/// - at once when the run is settled;
/// - unless `settle`, when a node that turned red after `after` is still red (`fail_fast`);
/// - with `timed_out` when `time_is_up`.
std::optional<NextReply> AnswerNext(const RunNews& run, size_t after, bool settle, bool time_is_up);

}  // namespace odu::model
