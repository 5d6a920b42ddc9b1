#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "faults/dice.h"
#include "faults/sim_face.h"
#include "faults/sim_files.h"
#include "faults/sim_lane.h"
#include "faults/sim_owner.h"
#include "faults/sim_schedule.h"
#include "faults/sim_wire.h"
#include "faults/step_pipeline.h"

namespace odu::faults {

/// One run in this process: its coordinators, its lane and its faces, over a real store, simulated
/// wires and simulated time, turned one handler at a time in an order that the seed decides; and
/// the schedule, which does things to them.
class SimWorld {
 public:
  /// Everything goes below `root`, which must be empty.
  SimWorld(const SimSchedule& schedule, const StepPipeline& pipeline, std::string root);
  ~SimWorld();
  SimWorld(const SimWorld&) = delete;
  SimWorld& operator=(const SimWorld&) = delete;

  /// Plays the run to its end and ends everybody. False when it does not come to an end.
  bool Play();

  std::string run_folder() const { return place_.state + "/runs/" + run_id_; }
  const std::string& run_id() const { return run_id_; }
  /// Where the lane itself lives.
  const std::string& lane_folder() const { return lane_folder_; }
  const std::string& platform() const { return platform_; }
  const SimPlace& place() const { return place_; }
  std::string sha7() const;
  std::string witness() const;
  /// What the one who waited was told, in order.
  const std::vector<model::NextReply>& answers() const { return watcher_->answers(); }
  bool lane_killed() const { return lane_killed_; }
  bool disk_filled() const { return disk_filled_; }
  bool cancelled() const { return cancelled_; }
  size_t blows_landed() const { return landed_; }
  /// What went wrong while it was played.
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  class Carrier;

  void FoundRun();
  void BearLane();
  void StartOwner();
  void BuryOwner(bool killed);
  void BuryLane(bool killed);
  void Replace(const SimBlow& blow);
  void LetGoOfReplaced();
  void WakeReplaced();
  size_t OnFrame(WireKind kind, std::string_view frame);
  void Look();
  bool Reached(const SimBlow& blow);
  void Do(const SimBlow& blow);
  void StopFor(SimProcess& process, int64_t ms);
  void At(async::Duration when, std::function<void()> what);
  bool TurnOne();
  bool TurnNet();
  bool Turn(SimProcess& process);
  /// To the next thing that is due; false when nothing ever is.
  bool Wait();
  void AdvanceTo(async::Duration now);
  bool Finished();
  /// One that could not be told to go has ended by itself by then.
  async::Duration LaneGoneBy() const;
  /// What anybody dials: the coordinator, once it serves.
  std::unique_ptr<surface::Link> DialOwner(SimFace& face);
  size_t LinesIn(const std::string& path);
  bool Closed();
  std::vector<SimProcess*> Processes();
  void AskForCancel(const SimBlow& blow);

  SimSchedule schedule_;
  StepPipeline pipeline_;
  std::string root_;
  SimPlace place_;
  std::string platform_;
  std::string run_id_;
  std::string lane_folder_;
  std::vector<std::string> witness_;
  Dice dice_;
  async::Duration now_ = std::chrono::hours(2);
  async::Duration began_ = now_;
  support::Loop net_loop_;
  SimNet net_;
  uint64_t epoch_ = 0;
  std::unique_ptr<SimOwner> owner_;
  std::unique_ptr<SimOwner> replaced_;
  std::vector<HeldFile> replaced_files_;
  std::unique_ptr<SimLane> lane_;
  const SimOwner* dying_ = nullptr;  ///< killed, and still running its last turns to no effect
  std::unique_ptr<SimFace> watcher_;
  std::vector<std::unique_ptr<SimFace>> askers_;
  std::multimap<async::Duration, std::function<void()>> agenda_;
  async::Duration next_owner_{};
  async::Duration lane_born_{};
  size_t blow_ = 0;
  bool struck_ = false;  ///< at a frame, just now
  std::map<WireKind, int> frames_;
  std::map<std::string, std::pair<uint64_t, size_t>> lines_;  ///< size seen, lines in it
  std::optional<async::Duration> closed_at_;
  bool lane_killed_ = false;
  bool disk_filled_ = false;
  bool cancelled_ = false;
  size_t landed_ = 0;
  std::vector<std::string> complaints_;
};

}  // namespace odu::faults
