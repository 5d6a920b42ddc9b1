#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "odu/coordinator/bell.h"
#include "odu/coordinator/board.h"
#include "odu/coordinator/live_run.h"
#include "odu/coordinator/pipeline_watch.h"
#include "odu/coordinator/publisher.h"
#include "odu/coordinator/run_factory.h"
#include "odu/coordinator/timings.h"
#include "odu/coordinator/world.h"

namespace odu::coordinator {

/// Holds the runs of one checkout, at most one of them live, and what is published of them. The
/// caller owns the checkout's gate. Who asks for what is FrontDesk's business.
class Coordinator {
 public:
  /// `started_by` is for people; `environment` is where the plan of HEAD finds just and hosts.
  Coordinator(World& world, std::string started_by, std::vector<std::string> environment);
  ~Coordinator();
  Coordinator(const Coordinator&) = delete;
  Coordinator& operator=(const Coordinator&) = delete;

  /// Publishes what is known and adopts the run that an earlier owner left; returns the request
  /// that had started it. Before the door opens, so that nobody sees a checkout idle that is not.
  boost::asio::awaitable<std::optional<model::RunStartRequest>> Begin();

  Board& board() { return board_; }
  Publisher& publisher() { return publisher_; }
  const Durations& durations() const { return durations_; }
  /// The live, open or just closed run; null when there is none. Hold it while using it.
  const std::shared_ptr<LiveRun>& run() const { return run_; }
  bool busy() const { return run_ != nullptr && run_->live(); }
  /// The newest run that is over.
  const std::optional<model::RunSummary>& last() const { return last_; }
  /// What the caller of the newest run had, credentials only where a lane got them; this process's
  /// own (filtered) before there was one. What a lane gets has to be chosen from it again.
  const std::vector<std::string>& last_environment() const { return last_environment_; }

  /// Begins a run. The caller has its turn and has retired the one before.
  void Hold(RunParts parts);
  /// Ends the settled run that is still held, and lets go of it. It must not be live.
  boost::asio::awaitable<void> Retire(std::string reason);

  /// The right to start a run: one at a time. Given back however its holder ends.
  class Turn {
   public:
    explicit Turn(Coordinator& owner) : owner_(owner) { owner_.turn_taken_ = true; }
    ~Turn() {
      owner_.turn_taken_ = false;
      owner_.Activity();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Coordinator& owner_;
  };
  boost::asio::awaitable<std::unique_ptr<Turn>> TakeTurn();

  /// The number of connections has changed.
  void OnSessions(size_t sessions);
  /// Returns when there has been no run and no client for `bound`.
  boost::asio::awaitable<void> WaitIdle(async::Duration bound);
  /// Ends the live run, if any, for a checkout that is gone.
  boost::asio::awaitable<void> CancelAll();
  /// Lets go of everything; lanes go on and the next owner adopts them.
  boost::asio::awaitable<void> Leave();
  bool leaving() const { return leaving_; }

 private:
  /// Returns when an adopted run is no older than its lanes, or soon.
  boost::asio::awaitable<void> CatchUp();
  /// Lets go of a run that is over. One that has lanes to send away is kept for that, for a while.
  boost::asio::awaitable<void> LetGo(std::shared_ptr<LiveRun> run);
  boost::asio::awaitable<void> Farewell(std::shared_ptr<LiveRun> run);
  void Activity();
  void OnClosed();
  boost::asio::awaitable<void> AfterClose(std::string run_id);
  void ShowIdle();
  boost::asio::awaitable<void> RefreshRuns();
  void ShowSelf(std::optional<int64_t> idle_exit_at);
  /// What a run owes its forge is other than before.
  void ShowDebt(const std::string& run_id);

  World& world_;
  Board board_;
  Durations durations_;
  PipelineWatch pipeline_;
  Publisher publisher_;
  std::string started_by_;
  int64_t started_at_;
  std::shared_ptr<LiveRun> run_;
  std::vector<std::shared_ptr<LiveRun>> parting_;
  std::optional<model::RunSummary> last_;
  std::vector<std::string> last_environment_;
  Bell changed_;
  bool turn_taken_ = false;
  bool leaving_ = false;
  size_t sessions_ = 0;
  async::Duration last_activity_;
};

}  // namespace odu::coordinator
