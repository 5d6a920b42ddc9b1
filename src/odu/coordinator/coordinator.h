#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "async/task_group.h"
#include "odu/coordinator/bell.h"
#include "odu/coordinator/board.h"
#include "odu/coordinator/live_run.h"
#include "odu/coordinator/pipeline_watch.h"
#include "odu/coordinator/run_factory.h"
#include "odu/coordinator/timings.h"
#include "odu/coordinator/world.h"
#include "odu/ledger/receipts.h"
#include "odu/model/odu_contract.h"
#include "surface/server.h"
#include "surface/stream.h"

namespace odu::coordinator {

/// Holds the runs of one checkout, one at a time, and answers every face (OduSurface). The caller
/// owns the checkout's gate.
///
/// Invariants: 1. at most one run is live. 2. a request id is carried out once, also across owners.
/// 3. a run that was refused leaves nothing behind.
class Coordinator {
 public:
  /// `receipts` are this checkout's; `started_by` is for people.
  Coordinator(World& world, ledger::Receipts receipts, std::string started_by);
  ~Coordinator();
  Coordinator(const Coordinator&) = delete;
  Coordinator& operator=(const Coordinator&) = delete;

  /// Binds every member of OduSurface; once, before the first session.
  void Bind(surface::Server& server);

  /// Publishes what is known and adopts the run that an earlier owner left. Before the door opens,
  /// so that nobody sees a checkout idle that is not.
  boost::asio::awaitable<void> Begin();

  /// The number of connections has changed.
  void OnSessions(size_t sessions);

  /// Returns when there has been no run and no client for `bound`; false when `Stop` came first.
  boost::asio::awaitable<void> WaitIdle(async::Duration bound);

  /// Ends the live run, if any, and waits for its end; for a checkout that is gone.
  boost::asio::awaitable<void> CancelAll();

  /// Lets go of everything; lanes go on and the next owner adopts them. New requests are refused.
  boost::asio::awaitable<void> Leave();

  Board& board() { return board_; }

 private:
  using Nodes = boost::asio::awaitable<base::Result<model::NodesReply>>;

  boost::asio::awaitable<base::Result<model::RunStartReply>> Start(model::RunStartRequest request);
  boost::asio::awaitable<base::Result<model::RunStartReply>> StartNow(
      model::RunStartRequest request);
  Nodes Cancel(model::RunCancelRequest request);
  boost::asio::awaitable<base::Result<model::NextReply>> Next(model::NextRequest request);
  Nodes Rerun(model::NodesRequest request);
  Nodes RerunLinked(model::NodesRequest request, ledger::RunHeader earlier);
  Nodes CancelSome(model::NodesRequest request, std::string method);
  base::Result<std::shared_ptr<surface::ByteLog>> OpenLog(const model::NodeLogInput& input);

  /// One start at a time; held while it lives.
  class Turn;

  boost::asio::awaitable<base::Result<void>> MakeRoom(model::WhenBusy when_busy);
  base::Error Busy() const;
  base::Error NoRun(std::string_view who) const;
  /// Ends the settled run that is still held, and forgets it.
  boost::asio::awaitable<void> Retire(std::string reason);
  void Hold(RunParts parts);
  void OnClosed();
  boost::asio::awaitable<void> ShowIdleLater(std::string run_id);
  void ShowIdle();
  boost::asio::awaitable<void> RefreshRuns();
  void PublishCoordinator(std::optional<int64_t> idle_exit_at);
  bool busy() const { return run_ != nullptr && run_->live(); }
  void Activity();

  World& world_;
  Board board_;
  ledger::Receipts receipts_;
  Durations durations_;
  PipelineWatch pipeline_;
  std::string started_by_;
  int64_t started_at_ = 0;
  std::unique_ptr<surface::StreamSource<model::NodeLogInput>> node_log_;
  /// The live, open or just closed run; faces, waiters and readers hold it too.
  std::shared_ptr<LiveRun> run_;
  std::optional<model::RunSummary> last_;
  /// What recipes got of the last caller, for a linked rerun after its run has closed.
  std::vector<std::string> last_environment_;
  Bell changed_;
  bool turn_taken_ = false;
  bool leaving_ = false;
  size_t sessions_ = 0;
  async::Duration last_activity_{0};
};

}  // namespace odu::coordinator
