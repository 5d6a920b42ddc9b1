#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <queue>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "odu/model/node.h"
#include "odu/model/plan.h"

namespace odu::lane {

/// A node's place in a lane: 0 is `_ci-setup`, then the plan's order.
using NodeIndex = uint32_t;
inline constexpr NodeIndex kSetupNode = 0;

/// One thing the lane has to do now, in this order.
struct Decision {
  enum class Kind {
    kStart,   ///< begin attempt `n`
    kStop,    ///< end attempt `n`, which runs; Ended() follows when it is over
    kRecord,  ///< attempt `n` ends with `status` and `reason` without having run
    kReset,   ///< attempt `n` is announced and waits: a rerun was asked for
  };
  Kind kind = Kind::kStart;
  NodeIndex node = 0;
  int32_t n = 1;
  model::NodeStatus status = model::NodeStatus::kPending;
  std::string reason;
  bool at_once = false;  ///< kStop: without the grace

  bool operator==(const Decision&) const = default;
};

/// What becomes of an attempt that has ended.
struct Outcome {
  int32_t n = 1;
  model::NodeStatus status = model::NodeStatus::kOk;
  std::string reason;
  bool operator==(const Outcome&) const = default;
};

/// Which node runs when: pure, events in and decisions out. Cost is linear over a whole run.
///
///   waiting --(needs ok, nothing held)--> ready --(a free place)--> running --Ended()--> done
///      |  ^                                 |                          |
///      |  +---------- Rerun() --------------+--------------------------+--- done
///      +--(a need is done and not ok: skipped; Cancel(): cancelled)--> done
///
/// 1. At most `jobs` run at once; a node that is being stopped keeps its place until it has ended.
/// 2. Of the ready nodes the one with the longest remaining path by expected durations goes first,
///    then the one that stands earlier in the plan.
/// 3. A node starts only when all its needs are ok in their newest attempt.
/// 4. A waiting node with a need that ended otherwise is done at once, its reason naming the node
///    that began it ("skipped: build failed").
/// 5. Rerun() resets nodes and all that depend on them. A reset node that ran is stopped first, and
///    no node of that rerun starts before all of those have ended.
/// 6. The new attempt of a reset node is announced before the old one ends, so that a lane never
///    looks settled in between.
class Scheduler {
 public:
  /// `plan` as LanePlan promises: needs stand before their dependents. Unknown durations count as
  /// the mean of the known ones. `jobs` is at least 1.
  Scheduler(const model::LanePlan& plan, const std::map<std::string, int64_t>& durations_ms,
            int jobs);
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// Makes `_ci-setup`, which every node needs, the first to start. Once.
  void Begin();
  /// A started attempt is over: `status` and `reason` are what came of it by itself.
  Outcome Ended(NodeIndex node, model::NodeStatus status, std::string reason);
  /// Resets what is running or done of `nodes` (none given: all nodes of the plan) and what depends
  /// on it; with a `_ci-setup` that failed that one, too. Returns what was reset.
  std::vector<NodeIndex> Rerun(std::span<const NodeIndex> nodes);
  /// Ends what is not done of `nodes` (none given: everything). Returns what it concerns. The
  /// reason ("cancelled") is the attempts' reason.
  std::vector<NodeIndex> Cancel(std::span<const NodeIndex> nodes, std::string_view reason,
                                bool at_once);

  /// What has to be done since the last call.
  std::vector<Decision> Take();

  size_t size() const { return nodes_.size(); }
  std::optional<NodeIndex> Find(std::string_view id) const;
  const std::string& id(NodeIndex node) const { return nodes_[node].id; }
  /// Its newest attempt, which may still wait; 0 before the first.
  int32_t newest(NodeIndex node) const { return nodes_[node].n; }
  /// True when every node is done.
  bool settled() const { return done_ == nodes_.size(); }
  size_t running() const { return running_; }

 private:
  enum class State : uint8_t { kWaiting, kReady, kRunning, kDone };
  enum class Stop : uint8_t { kNo, kCancel, kRestart };

  struct Node {
    std::string id;
    std::vector<NodeIndex> needs;
    std::vector<NodeIndex> dependents;
    int64_t remaining_ms = 0;  ///< of the longest path that begins here
    int32_t n = 0;             ///< the newest attempt, 0 before the first
    int32_t running_n = 0;
    uint32_t unmet = 0;   ///< needs that are not ok
    uint32_t holds = 0;   ///< barriers that have to fall before it may start
    NodeIndex cause = 0;  ///< done and not ok: the node that began it
    State state = State::kWaiting;
    Stop stop = Stop::kNo;
    bool announced = false;  ///< attempt `n` waits to start
    model::NodeStatus status = model::NodeStatus::kPending;
    std::string stop_reason;
    std::vector<uint32_t> barriers;  ///< those that its end counts down
  };
  /// One rerun that has to wait for running nodes to end.
  struct Barrier {
    uint32_t waits_for = 0;
    std::vector<NodeIndex> held;
  };
  struct Ready {
    int64_t remaining_ms;
    NodeIndex node;
    bool operator<(const Ready& other) const {
      return remaining_ms != other.remaining_ms ? remaining_ms < other.remaining_ms
                                                : node > other.node;
    }
  };

  void ComputeRemaining(const model::LanePlan& plan,
                        const std::map<std::string, int64_t>& durations_ms);
  int32_t NextAttempt(Node& node);
  void Finish(NodeIndex index, model::NodeStatus status, NodeIndex cause);
  void Record(NodeIndex index, model::NodeStatus status, NodeIndex cause, std::string reason);
  void SkipDependents(NodeIndex index);
  void Consider(NodeIndex index);
  void SkipOrConsider(NodeIndex index);
  void Reset(NodeIndex index);
  void LowerBarriers(Node& node);
  void Dispatch();
  std::vector<NodeIndex> RerunClosure(std::span<const NodeIndex> nodes) const;

  std::vector<Node> nodes_;
  std::unordered_map<std::string_view, NodeIndex> index_;
  std::vector<Barrier> barriers_;
  std::priority_queue<Ready> ready_;
  std::vector<Decision> decisions_;
  size_t jobs_;
  size_t running_ = 0;
  size_t done_ = 0;
};

}  // namespace odu::lane
