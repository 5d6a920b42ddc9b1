#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "faults/counts.h"
#include "faults/oracle.h"
#include "faults/sim_schedule.h"
#include "faults/sim_world.h"
#include "faults/step_pipeline.h"
#include "odu/ledger/index_open.h"
#include "odu/ledger/run_record.h"
#include "odu/model/ids.h"
#include "os/file_system.h"
#include "support/temp_dir.h"

/// Runs in this process, over simulated time and wires and the real store, to which things are done
/// by a schedule; and the oracle. Their number and first seed: counts.h.
namespace odu::faults {
namespace {

constexpr size_t kLimit = size_t{64} << 20;

class SimulatedSchedules : public testing::TestWithParam<uint64_t> {
 protected:
  static StepPipeline Pipeline(uint64_t seed) {
    StepPipeline pipeline = PipelineOf(seed);
    for (Step& step : pipeline.steps) {
      step.lines = std::min(step.lines, 2'000);  // of noisy ones; there are many schedules
    }
    return pipeline;
  }

  static Remains RemainsOf(const SimWorld& world, const SimSchedule& schedule) {
    Remains remains;
    remains.run_folder = world.run_folder();
    remains.platform = world.platform();
    remains.witness = world.witness();
    remains.lane_killed = world.lane_killed();
    remains.disk_filled = world.disk_filled();
    remains.cancelled = world.cancelled();
    remains.lane_folder = world.lane_folder();
    remains.most_attempts = schedule.rerun ? 2 : 1;
    return remains;
  }

  /// Who waited was told the verdict that is written down.
  static void JudgeAnswers(const SimWorld& world) {
    const std::string verdict = VerdictOf(world.run_folder());
    ASSERT_FALSE(world.answers().empty());
    const model::NextReply& last = world.answers().back();
    EXPECT_TRUE(last.settled);
    EXPECT_EQ(last.run_id, world.run_id());
    EXPECT_EQ(last.passed, verdict == "passed");
  }

  static void JudgeStore(const SimWorld& world) {
    EXPECT_FALSE(os::Exists(world.run_folder() + "/env")) << "the caller's environment stays";
    const auto checked = ledger::CheckIndex(world.place().state);
    EXPECT_TRUE(checked) << checked.error().message();
    auto opened = ledger::OpenIndex(world.place().state);
    ASSERT_TRUE(opened) << opened.error().message();
    const auto run = opened->index.Run(world.run_id());
    ASSERT_TRUE(run && run->has_value());
    EXPECT_EQ((*run)->state, ledger::EntryState::kClosed);
  }

  /// `.ci` points at the newest attempt of every node.
  static void JudgeNames(const SimWorld& world, const StepPipeline& pipeline) {
    const auto record = ledger::ReadRun(ledger::RunFolder{world.run_folder()});
    ASSERT_TRUE(record);
    for (const Step& step : pipeline.steps) {
      const auto node = record->nodes.find(model::NodeId(step.name, world.platform()));
      std::string newest;
      if (node != record->nodes.end() && node->second.attempt > 0) {
        newest = world.run_folder() + "/lanes/" + world.platform() + "/logs/" + step.name + "." +
                 std::to_string(node->second.attempt) + ".log";
      }
      if (newest.empty() || world.disk_filled()) {
        continue;
      }
      const std::string name = world.place().toplevel + "/.ci/" + world.sha7() + "/" +
                               world.platform() + "/" + step.name + ".log";
      EXPECT_EQ(os::ReadFile(name, kLimit), os::ReadFile(newest, kLimit)) << name;
    }
  }
};

TEST_P(SimulatedSchedules, KeepEveryPromise) {
  const SimSchedule schedule = SimScheduleOf(GetParam());
  const StepPipeline pipeline = Pipeline(GetParam());
  SCOPED_TRACE(Told(schedule));
  RecordProperty("schedule", Told(schedule));
  const support::TempDir folder;
  SimWorld world(schedule, pipeline, folder / "world");
  EXPECT_TRUE(world.Play()) << "it does not come to its end";
  RecordProperty("blows", static_cast<int>(world.blows_landed()));
  for (const std::string& complaint : world.complaints()) {
    ADD_FAILURE() << complaint;
  }
  for (const std::string& complaint : ComplaintsOf(RemainsOf(world, schedule), pipeline)) {
    ADD_FAILURE() << complaint;
  }
  JudgeAnswers(world);
  JudgeStore(world);
  JudgeNames(world, pipeline);
  if (HasFailure()) {
    std::string kept = "run's journal:\n" +
                       os::ReadFile(world.run_folder() + "/journal.ndjson", kLimit).value_or("");
    kept += "lane's journal:\n" +
            os::ReadFile(world.lane_folder() + "/journal.ndjson", kLimit).value_or("");
    ADD_FAILURE() << kept << "witness:\n" << world.witness();
  }
}

// What each of these once did wrong: a log that was checked was read anew from a lane that had lost
// it; a lane that never had its plan was taken for dead; a log's size was 0 for want of room for
// its last line; a rerun that was asked again of the next owner left its node waiting for ever; a
// cancel that a lane refused was told it again and again.
INSTANTIATE_TEST_SUITE_P(Once, SimulatedSchedules,
                         testing::Values(7000047, 7000212, 7000251, 7000463, 8000050, 8000912,
                                         8000963, 8000976, 9000763),
                         [](const auto& schedule) { return std::to_string(schedule.param); });

INSTANTIATE_TEST_SUITE_P(Seed, SimulatedSchedules, testing::ValuesIn(Seeds("ODU_FAULTS_SIM", 60)),
                         [](const auto& schedule) { return std::to_string(schedule.param); });

}  // namespace
}  // namespace odu::faults
