#pragma once

#include <array>
#include <boost/describe/class.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "odu/agent/evidence.h"
#include "odu/agent/field_notes.h"
#include "odu/model/odu_contract.h"

/// What the tools that wait take and give. Where a command of the same meaning has `-o json`, the
/// answer is that shape, and what is added stands after it.
namespace odu::agent {

struct WaitIn {
  std::string checkout;
  std::string run;
  std::string after;
  bool fail_fast = true;
  std::optional<int64_t> timeout_ms;
  std::optional<std::string> expected_sha;
  static constexpr std::array kNotes{
      kCheckoutNote,
      FieldNote{"run", "a run's ref or run_id; leave it out for the live one"},
      FieldNote{"after", "the cursor of an earlier answer: red nodes told before do not return it"},
      FieldNote{"fail_fast", "return at the first red node (default true); false: at the verdict"},
      FieldNote{"timeout_ms", "return after so long with timed_out and the picture so far", 0,
                86'400'000},
      FieldNote{"expected_sha", "refuse unless the run is of this commit"},
  };
};
BOOST_DESCRIBE_STRUCT(WaitIn, (), (checkout, run, after, fail_fast, timeout_ms, expected_sha))

struct NodeCounts {
  int64_t total = 0;
  int64_t pending = 0;
  int64_t running = 0;
  int64_t ok = 0;
  int64_t failed = 0;
  int64_t errored = 0;
  int64_t skipped = 0;
  int64_t cancelled = 0;
};
BOOST_DESCRIBE_STRUCT(NodeCounts, (),
                      (total, pending, running, ok, failed, errored, skipped, cancelled))

/// A red node with what its log says.
struct RedNode {
  std::string node;
  model::NodeStatus status = model::NodeStatus::kFailed;
  std::string reason;
  int32_t attempt = 0;
  std::optional<int32_t> exit_code;
  std::optional<int64_t> duration_ms;
  bool log_complete = false;
  Excerpt excerpt;
};
BOOST_DESCRIBE_STRUCT(RedNode, (),
                      (node, status, reason, attempt, exit_code, duration_ms, log_complete,
                       excerpt))

struct WaitOut : model::NextReply {
  std::string returned;  ///< "red", "settled", "timed_out"
  NodeCounts counts;
  std::vector<RedNode> red;             ///< the newest first, as many as fit
  std::vector<std::string> unresolved;  ///< nodes that have not ended, as many as fit
  bool has_more = false;                ///< something of it did not fit
  std::string next;
};
BOOST_DESCRIBE_STRUCT(WaitOut, (model::NextReply),
                      (returned, counts, red, unresolved, has_more, next))

}  // namespace odu::agent
