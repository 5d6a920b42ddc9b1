#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "async/notifier.h"
#include "async/task_group.h"
#include "async/worker.h"
#include "base/error.h"
#include "odu/coordinator/bell.h"
#include "odu/coordinator/board.h"
#include "odu/coordinator/gate_run.h"
#include "odu/coordinator/world.h"
#include "odu/forge/pacer.h"
#include "odu/ledger/run_folder.h"
#include "odu/model/odu_contract.h"

namespace odu::coordinator {

class ForgeDesk;

/// Posts what the runs of a checkout have to say at their forge, and keeps at it: runs that are
/// over are posted on for, those of earlier owners too. Never part of a verdict.
///
/// Invariants: 1. a status is tried only when its `owed` line is on the disk, and what it tells in
/// the run's own journal. 2. of a commit's context at most one status is on its way, of whichever
/// run. 3. a run says nothing of a context of which a newer run of that commit has spoken.
class Publisher {
 public:
  Publisher(World& world, Board& board);
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  /// Called with a run's id when what it owes is other than before, and without one when nothing is
  /// left that time would mend.
  void OnChange(std::function<void(const std::string&)> on_change) {
    on_change_ = std::move(on_change);
  }

  /// A caller's environment: its token and its programs speak to the forge from now on.
  void Offer(std::span<const std::string> environment);
  const os::Environment& environment() const { return environment_; }
  /// Looks for what runs that are over still owe.
  boost::asio::awaitable<void> TakeUpDebts();

  /// A run is held now, new or adopted. Does nothing for one that posts nothing. `sync` puts what
  /// its nodes' states stand on onto the disk.
  void Begin(const ledger::RunHeader& header,
             std::function<boost::asio::awaitable<void>()> sync = {});
  /// After a node was published.
  void Changed(const std::string& run_id, const model::Node& node);
  /// No node of it changes any more.
  void Over(const std::string& run_id);

  /// What the run owes now; whoever asks is told of a change, as everybody is, by OnChange.
  std::vector<std::string> Unposted(const std::string& run_id);
  /// Something is owed that time alone will mend.
  bool busy() const;

  /// Tries everything at once and says what is left after a while.
  boost::asio::awaitable<model::GateRetryReply> Retry(std::vector<std::string> environment);

  /// Ends everything; what is owed stays written down. Before destruction.
  boost::asio::awaitable<void> Stop();

 private:
  using Ms = GateBook::Ms;
  using Run = std::shared_ptr<GateRun>;

  Ms Now() const;
  double Dice();
  void Wake();
  /// Waits for a change, at most so long.
  boost::asio::awaitable<void> Rung(async::Duration bound);
  void Open(Run run);
  boost::asio::awaitable<void> OpenRun(Run run);
  boost::asio::awaitable<void> Work();
  /// Starts what can be started; gives when to look again.
  std::optional<Ms> Pump();
  /// What older runs owe where a newer one has spoken is theirs no more.
  void HandOver();
  void HandOver(const Run& run, const std::string& context, const std::string& newer);
  /// Holds an earlier run again, one that is over.
  Run Reopen(const ledger::RunHeader& header);
  void StartReading(const Run& run, ForgeDesk& desk);
  boost::asio::awaitable<void> ReadForge(Run run, std::shared_ptr<forge::Forge> forge);
  boost::asio::awaitable<void> PostOne(Run run, ForgeDesk& desk,
                                       std::shared_ptr<forge::Forge> forge,
                                       forge::CommitStatus status);
  boost::asio::awaitable<void> FindToken(ForgeDesk& desk);
  void Tell(const Run& run, const base::Error& error);
  ForgeDesk& DeskOf(const ledger::GateTarget& target);
  /// The newest run that has spoken of this context of the commit, if it is newer than `run`.
  std::optional<std::string> NewerThan(const GateRun& run, std::string_view context) const;
  void Remember(const ledger::GateTarget& target, const ledger::GateRecord& record, int32_t seq,
                const std::string& run_id);
  bool OnItsWay(const ledger::GateTarget& target, std::string_view context) const;
  void LetGoOfFinished();
  void ShowChanges();
  /// What everybody was last told that the run owes.
  std::vector<std::string> Shown(const std::string& run_id) const;

  World& world_;
  Board& board_;
  std::function<void(const std::string&)> on_change_;
  os::Environment environment_;
  std::map<std::string, Run> runs_;  ///< by run id
  /// A run of a commit; the greatest is the newest.
  using Turn = std::pair<int32_t, std::string>;
  /// Of runs that are gone from `runs_`: commit and context to the newest that spoke of it.
  std::map<std::string, Turn, std::less<>> spoken_;
  std::map<std::string, std::unique_ptr<ForgeDesk>> desks_;
  std::map<std::string, std::vector<std::string>> shown_;
  std::set<std::string> ahead_;  ///< runs of which somebody has seen other debts than `shown_`
  Ms shown_at_{0};
  bool show_later_ = false;
  forge::Pacer pacer_;
  size_t on_their_way_ = 0;
  int32_t confirmed_ = 0;
  bool working_ = false;
  bool was_busy_ = false;
  bool stopping_ = false;
  std::unique_ptr<async::Worker> threads_;
  async::Notifier work_;  ///< remembered: what happens while it works is seen in its next turn
  Bell changed_;
  async::TaskGroup group_;
};

}  // namespace odu::coordinator
