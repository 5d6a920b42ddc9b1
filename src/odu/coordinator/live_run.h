#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/task_group.h"
#include "odu/coordinator/bell.h"
#include "odu/coordinator/board.h"
#include "odu/coordinator/fan_in.h"
#include "odu/coordinator/journal_keeper.h"
#include "odu/coordinator/lane_shown.h"
#include "odu/coordinator/lane_start.h"
#include "odu/coordinator/log_book.h"
#include "odu/coordinator/log_names.h"
#include "odu/coordinator/run_gate.h"
#include "odu/coordinator/secrets.h"
#include "odu/coordinator/timings.h"
#include "odu/coordinator/world.h"
#include "odu/ledger/journal.h"
#include "odu/ledger/run_folder.h"
#include "odu/ledger/run_record.h"
#include "os/environment.h"

namespace odu::coordinator {

/// The run that a coordinator holds, from its first journal line to its last.
///
///   running --CheckSettled--> settling --Settle--> open --open time over, Close--> closing
///      ^            |             |                 |                                 |
///      |            +-------------+----Reset--------+                                 v
///      +------------(a rerun)                                                       closed
///   any of the first three --Leave--> left (another coordinator will adopt it)
///
/// Only a red run is open; any other settled run closes at once. Invariants: 1. what is published
/// stands in the journal. 2. `settled` is published only when the journal is on the disk. 3. a lane
/// is released only when the run is closing. 4. after Close the environment is gone from the disk.
class LiveRun : public std::enable_shared_from_this<LiveRun> {
 public:
  /// `on_closed` is called once, when the last line is written.
  LiveRun(World& world, Board& board, Durations& durations, ledger::RunHeader header,
          ledger::RunFolder folder, ledger::Journal journal, std::function<void()> on_closed);
  ~LiveRun();
  LiveRun(const LiveRun&) = delete;
  LiveRun& operator=(const LiveRun&) = delete;

  /// The run before this one, for those who look back. Before Begin.
  void Remember(const model::RunSummary& last);
  /// Takes over what an earlier owner wrote down. Before Begin.
  void Restore(const ledger::RunRecord& record);
  /// Publishes the run and starts or finds its lanes.
  void Begin(std::vector<LaneStart> lanes);

  const ledger::RunHeader& header() const { return header_; }
  const ledger::RunFolder& folder() const { return folder_; }
  const FanIn& fan_in() const { return fan_in_; }
  const model::Run& state() const { return run_; }
  /// Not settled: a second run has to wait or to replace this one.
  bool live() const { return stage_ == Stage::kRunning || stage_ == Stage::kSettling; }
  bool open() const { return stage_ == Stage::kOpen; }
  /// Its verdict stands, and its last line is a moment away.
  bool closing() const { return stage_ == Stage::kClosing; }
  bool closed() const { return stage_ == Stage::kClosed; }
  bool left() const { return stage_ == Stage::kLeft; }
  /// A lane that was given up may still be there, and is dialled to be told to go.
  bool owes_farewell() const;
  /// Every lane has said how it stands, or will never: what is published is no older than that.
  bool caught_up() const;
  /// Rung after every change of what is published and of the stage.
  Bell& bell() { return bell_; }

  /// Null when the run has no such lane, or it is dead.
  LaneLink* LinkOf(std::string_view platform);
  /// A lane took a rerun: `nodes` wait for their next attempt.
  void Reset(std::string_view platform, std::span<const std::string> nodes,
             std::span<const int32_t> attempts_before);

  std::shared_ptr<surface::ByteLog> OpenLog(size_t node, int32_t attempt);

  /// Whether somebody looks: only then it is worth while to say when it will have settled.
  void Watched(bool watched);

  /// Ends the run: releases its lanes and writes the last line. Only when it is not live.
  void Close(std::string reason);
  /// What is published of it has changed otherwise: what it owes.
  void ShowAgain() { PublishRun(); }
  /// Somebody waits for that: a last line that a full disk does not take is left to the next owner.
  void Hurry() { journal_.Hurry(); }
  /// Lets go of the run as it stands; its lanes go on, and whoever owns the checkout next adopts
  /// it.
  boost::asio::awaitable<void> Leave();
  /// Ends all tasks. Before destruction, and never from one of its own tasks.
  boost::asio::awaitable<void> Stop();

 private:
  enum class Stage { kRunning, kSettling, kOpen, kClosing, kClosed, kLeft };
  struct LaneState {
    LaneShown shown;
    ledger::RunLane lane;
    std::unique_ptr<RemoteLane> remote;  ///< null for a lane of this machine
    std::unique_ptr<LaneLink> link;
    bool heard = false;  ///< it has said how it stands
    const std::string& platform() const { return lane.platform; }
  };

  void BeginLane(LaneStart start);
  void ShowLane(LaneState& lane, const LaneNews& news);
  void WriteLane(const LaneState& lane, bool ended);
  /// Hands what has changed to the journal.
  void WriteChanged();
  void OnAttempt(const std::string& platform, const model::Attempt& attempt, bool log_final);
  /// Writes down what the attempt's log is, once.
  void WriteLog(size_t node, const model::Attempt& attempt);
  boost::asio::awaitable<void> BuryLane(LaneState& lane, LaneEnd end);
  /// It is dead, or ended before it could carry out its release; of this machine's lanes.
  bool LeftItsWorkTree(const LaneState& lane) const;

  /// What the gate says of nodes must not be lost when the machine is.
  static boost::asio::awaitable<void> SyncForGate(std::weak_ptr<LiveRun> weak);

  void Touch(size_t node);
  /// Journal, then board; what a full disk holds back is published once it is written.
  void Publish();
  void PublishRun();
  boost::asio::awaitable<void> EstimateNowAndThen();
  /// Puts the logs of lanes on other machines on the disk; local lanes do so themselves.
  boost::asio::awaitable<void> SyncLogs();

  void CheckSettled();
  boost::asio::awaitable<void> Settle();
  /// After a settlement: a red run stays open for a while, any other ends.
  void EndOrStayOpen();
  boost::asio::awaitable<void> StayOpen(int32_t revision);
  boost::asio::awaitable<void> Finish(std::string reason);

  World& world_;
  Board& board_;
  Durations& durations_;
  ledger::RunHeader header_;
  ledger::RunFolder folder_;
  std::function<void()> on_closed_;
  Secrets secrets_;
  FanIn fan_in_;
  LogBook logs_;
  LogNames log_names_;
  Bell bell_;
  RunGate gate_;
  std::vector<std::unique_ptr<LaneState>> lanes_;
  model::Run run_;
  Stage stage_ = Stage::kRunning;
  int32_t settlements_ = 0;
  std::set<std::pair<size_t, int32_t>> logs_written_;  ///< node and attempt
  std::vector<bool> touched_;
  std::vector<size_t> changed_;      ///< not in the journal yet
  std::vector<size_t> unpublished_;  ///< handed to the journal, which has not written them yet
  bool watched_ = false;
  JournalKeeper journal_;
  async::TaskGroup group_;
};

}  // namespace odu::coordinator
