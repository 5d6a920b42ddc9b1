#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "odu/model/lane_contract.h"
#include "odu/model/next_answer.h"
#include "odu/model/node.h"
#include "odu/model/plan.h"
#include "odu/model/run.h"
#include "odu/model/verdict.h"

namespace odu::coordinator {

/// What one message of a lane did to the run.
enum class Applied {
  kChanged,  ///< the node is different now: write it down, then publish it
  kSame,     ///< known already, or of an attempt that is history
  kHeld,     ///< terminal, but its log is not all here: nothing may be said yet
  kUnknown,  ///< the run has no such node
};

using model::Attention;

/// The state of a run, merged from what its lanes say. Pure: no clock, no file, no link.
///
/// A node's states and who moves it:
///
///   pending --Apply--> running --Apply--> ok | failed | errored | cancelled
///      |  \------------------Apply-------------------> skipped | cancelled | errored
///      \--LaneDied--> errored <--LaneDied-- running
///   any --Reset--> pending (the next attempt; what is said of older ones is ignored from then on)
///
/// Invariants: 1. a terminal node stays as it is until Reset or a higher attempt. 2. a node is
/// terminal only when its log has `log_bytes` or can never have them (log_complete is false then).
/// 3. counters equal what a walk over the nodes would count; no call but Reset and LaneDied walks
/// them. 4. `passed` needs every expected node ok with a complete log.
class FanIn {
 public:
  /// Nodes in shown order: lanes as given, in each `_ci-setup` first. Every name is unique.
  FanIn(std::string run_id, std::string_view sha7, std::span<const model::LanePlan> lanes);

  FanIn(FanIn&&) noexcept = default;
  FanIn& operator=(FanIn&&) noexcept = default;

  const std::string& run_id() const { return run_id_; }
  const std::vector<model::Node>& nodes() const { return nodes_; }
  /// How many nodes the run has to have.
  size_t expected() const { return nodes_.size(); }
  /// The position of `<instance>@<platform>`.
  std::optional<size_t> Find(std::string_view platform, std::string_view instance) const;
  std::optional<size_t> Find(std::string_view node_id) const;

  /// One attempt as its lane tells it, with the bytes of its log that are here. `log_final` says
  /// that no more will ever come, so a short log is held no longer but shown as incomplete.
  Applied Apply(std::string_view platform, const model::Attempt& attempt, uint64_t log_here,
                bool log_final);
  /// The log of a held attempt has grown.
  Applied LogGrew(std::string_view platform, std::string_view instance, int32_t n,
                  uint64_t log_here);

  /// No more will come of that lane: what it left unfinished is errored (or cancelled) with
  /// `reason`. Returns the positions of the nodes that changed.
  std::vector<size_t> LaneDied(std::string_view platform, std::string_view reason, int64_t now_ms,
                               model::NodeStatus status = model::NodeStatus::kErrored);

  /// A rerun was accepted: each of `instances` whose attempt is still at most what
  /// `attempts_before` says (by position in `instances`) waits for its next one. Returns the nodes
  /// that changed.
  std::vector<size_t> Reset(std::string_view platform, std::span<const std::string> instances,
                            std::span<const int32_t> attempts_before);
  /// The attempt that a node is at; 0 before the first.
  int32_t AttemptOf(size_t node) const { return nodes_[node].attempt; }
  /// The newest attempt there is or, while the node is pending, the one it waits for.
  int32_t AwaitedAttempt(size_t node) const {
    const bool pending = nodes_[node].status == model::NodeStatus::kPending;
    return pending ? oldest_attempt_[node] : nodes_[node].attempt;
  }

  /// A node as an earlier owner wrote it down; in the order written.
  void Restore(const model::Node& node);
  /// The log of a node that LaneDied ended has this many bytes now.
  void SetLogBytes(size_t node, uint64_t bytes) { nodes_[node].log_bytes = bytes; }

  /// Whether the lane itself says that nothing of it is under way. A run is not settled before all
  /// its lanes are: after an adoption only the lane knows of a rerun that has not started.
  void SetLaneSettled(std::string_view platform, bool settled);

  model::RunPhase phase() const;
  bool settled() const { return terminal_ == nodes_.size() && unsettled_lanes_ == 0; }
  bool all_terminal() const { return terminal_ == nodes_.size(); }
  size_t terminal() const { return terminal_; }
  /// What the run comes to if nothing changes any more; O(1), equal to model::Judge.
  model::Verdict verdict() const;
  bool has_red() const { return red_ > 0; }

  /// Reds in the order they happened, never forgotten; a cursor is a count of them.
  const std::vector<Attention>& attention() const { return attention_; }
  /// The first entry from `after` on whose node is still red with that attempt.
  std::optional<size_t> FirstRedAfter(size_t after) const;
  /// `<run_id>.<count>`; opaque to callers.
  std::string Cursor() const;
  /// The count inside a cursor of this run, at most the present one; nothing for any other text.
  std::optional<size_t> ParseCursor(std::string_view cursor) const;

 private:
  struct Lane {
    std::string platform;
    size_t first = 0;
    size_t end = 0;
    bool settled = false;
    std::unordered_map<std::string_view, size_t> by_instance;
  };
  struct Held {
    model::Attempt attempt;
  };

  const Lane* FindLane(std::string_view platform) const;
  Lane* FindLane(std::string_view platform);
  /// The node is pending until `next_attempt` begins.
  void Wait(size_t index, int32_t next_attempt);
  Applied Finish(size_t index, const model::Attempt& attempt, bool log_complete);
  void Count(const model::Node& node, int sign);
  void NoteIfRed(size_t index);

  std::string run_id_;
  std::vector<model::Node> nodes_;
  std::vector<int32_t> oldest_attempt_;  ///< what is older than this is history
  std::vector<Lane> lanes_;              ///< the nodes of each are a contiguous range
  std::unordered_map<size_t, Held> held_;
  std::vector<Attention> attention_;
  size_t terminal_ = 0;
  size_t red_ = 0;
  size_t cancelled_ = 0;
  size_t passed_ = 0;
  size_t setups_done_ = 0;
  size_t unsettled_lanes_ = 0;
};

}  // namespace odu::coordinator
