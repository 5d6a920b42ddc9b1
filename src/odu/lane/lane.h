#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "async/clock.h"
#include "async/notifier.h"
#include "async/task_group.h"
#include "odu/lane/attempt_board.h"
#include "odu/lane/recipe_process.h"
#include "odu/lane/scheduler.h"
#include "odu/lane/setup.h"
#include "odu/lane/upload_desk.h"
#include "odu/model/lane_contract.h"
#include "odu/model/lane_folder.h"

namespace odu::lane {

/// What a lane is built on; all of it outlives the lane.
struct LaneParts {
  async::TaskGroup& tasks;
  async::Clock& clock;
  os::Reaper& reaper;
  LazyWorker& worker;
  GroupSync& sync;
  AttemptBoard& board;
  Supervisor& supervisor;
  /// Instead of processes: for tests that need none.
  lane::StartRecipe start_recipe = RecipeProcess::Start;
};

/// One lane: a plan, its attempts, and their processes. Joins the pure scheduler to the world.
///
///   idle --Configure()--> running --all terminal and on the disk--> settled --Rerun()--> running
///
/// Each attempt's way is: log bytes, then its journal line, then its publication.
class Lane {
 public:
  Lane(LaneParts parts, model::LaneFolder folder);
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  /// Starts a checked plan. Once.
  void Configure(const model::ConfigureRequest& request);
  bool configured() const { return scheduler_ != nullptr; }

  /// Each returns instance ids. An id that is not in the plan: kGone "no_node".
  base::Result<std::vector<std::string>> Rerun(const std::vector<std::string>& nodes);
  base::Result<std::vector<std::string>> Cancel(const std::vector<std::string>& nodes,
                                                std::string_view reason, bool at_once);
  /// The newest attempt of each of these; 0 of one that has none.
  std::vector<int32_t> NewestAttempts(const std::vector<std::string>& nodes) const;

  /// The log of an attempt that has begun; kGone "no_attempt" or "not_started" otherwise.
  base::Result<std::shared_ptr<surface::ByteLog>> OpenLog(std::string_view attempt_key);

  /// True when every node is terminal (or there is no plan).
  bool terminal() const { return !scheduler_ || scheduler_->settled(); }
  /// Returns when terminal() and the cell says so.
  boost::asio::awaitable<void> Settled();

  /// The cell's present value; the agent adds what it knows.
  model::LaneCell& cell() { return cell_; }
  void PublishCell() { parts_.board.Set(cell_); }

  /// Where `_ci-setup` gets what it asks for.
  UploadDesk& desk() { return desk_; }

 private:
  struct Running {
    model::Attempt attempt;
    async::Duration began{};
    std::shared_ptr<Recipe> process;  ///< null for `_ci-setup`
    std::unique_ptr<Setup> setup;
  };

  void Pump();
  void Apply(const Decision& decision);
  void Start(const Decision& decision);
  void StartSetup(Running& running);
  void StartRecipe(NodeIndex node, Running& running);
  void RecordWithoutRun(const Decision& decision);
  void Ended(NodeIndex node, RecipeEnd end);
  void CheckSettled();
  boost::asio::awaitable<void> Settle();
  base::Result<std::vector<NodeIndex>> Indices(const std::vector<std::string>& nodes) const;
  std::vector<std::string> Names(const std::vector<NodeIndex>& nodes) const;

  LaneParts parts_;
  model::LaneFolder folder_;
  model::ConfigureRequest request_;
  std::vector<std::string> lane_environment_;
  std::vector<std::string> recipe_environment_;
  std::optional<base::Error> refusal_;  ///< what keeps every `_ci-setup` from succeeding
  RecipeContext context_;
  UploadDesk desk_;
  std::unique_ptr<Scheduler> scheduler_;
  std::map<NodeIndex, Running> running_;
  std::map<NodeIndex, int32_t> latest_;  ///< the newest announced attempt of each node
  std::vector<std::pair<NodeIndex, RecipeEnd>> ended_;
  model::LaneCell cell_;
  async::Notifier settled_;
  bool pumping_ = false;
  bool settling_ = false;
};

}  // namespace odu::lane
