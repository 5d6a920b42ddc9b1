#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "faults/call_killer.h"
#include "faults/counts.h"
#include "faults/oracle.h"
#include "faults/schedule.h"
#include "faults/step_pipeline.h"
#include "os/fd.h"
#include "os/file_system.h"
#include "os/process.h"
#include "support/checkout_fixture.h"

/// Real runs to which things are done by a schedule, and an oracle that looks at what is left.
/// ODU_FAULTS says how many schedules, ODU_FAULTS_SEED the first one's seed; the others count on.
namespace odu::faults {
namespace {

using std::chrono::steady_clock;
using support::CliResult;
using support::Eventually;
using support::Program;

constexpr size_t kLimit = size_t{256} << 20;
size_t LinesIn(const std::string& path) {
  const auto text = os::ReadFile(path, kLimit);
  return text ? static_cast<size_t>(std::ranges::count(*text, '\n')) : 0;
}

/// Looks as often as it can; false once `most` have passed.
template <class Done>
bool Soon(std::chrono::milliseconds most, Done done) {
  const auto until = steady_clock::now() + most;
  while (!done()) {
    if (steady_clock::now() >= until) {
      return false;
    }
    poll(nullptr, 0, 1);
  }
  return true;
}

void Pass(int ms) {
  static_cast<void>(Soon(std::chrono::milliseconds(ms), [] { return false; }));
}

class RealSchedules : public support::CheckoutFixture,
                      public testing::WithParamInterface<uint64_t> {
 protected:
  RealSchedules() : schedule_(ScheduleOf(GetParam())), pipeline_(PipelineOf(GetParam())) {
    environment_ = {"ODU_TIME_SCALE=200"};
  }
  ~RealSchedules() override {
    if (mounted_) {
      // What still works there is killed by the fixture, later.
      umount2(state_.c_str(), MNT_DETACH);
    }
  }

  std::string RunFolder() const {
    const auto folders = RunFolders();
    return folders.empty() ? std::string() : folders.back();
  }
  std::string RunJournal() const { return RunFolder() + "/journal.ndjson"; }
  std::string LaneFolder() const { return RunFolder() + "/lanes/" + Here(); }
  bool IsOver() const {
    const auto text = os::ReadFile(RunJournal(), kLimit);
    return text && text->find("{\"t\":\"settled\"") != std::string::npos;
  }

  /// False when the run was over before.
  bool Reached(const Blow& blow) const {
    const auto count = static_cast<size_t>(blow.at);
    bool reached = false;
    static_cast<void>(Soon(std::chrono::seconds(5), [&] {
      switch (blow.point) {
        case Point::kRunLines:
          reached = LinesIn(RunJournal()) >= count;
          break;
        case Point::kLaneLines:
          reached = LinesIn(LaneFolder() + "/journal.ndjson") >= count;
          break;
        case Point::kWitness:
          reached = LinesIn(Mark("witness")) >= count;
          break;
        case Point::kMoment:
          Pass(blow.at);
          reached = true;
          break;
      }
      return reached || IsOver();
    }));
    Pass(blow.after_ms);
    return reached;
  }

  void Kill(pid_t pid, bool& killed) {
    if (pid > 0 && kill(pid, SIGKILL) == 0) {
      killed = true;
      static_cast<void>(Soon(std::chrono::seconds(10), [pid] {
        const auto status = os::StatusOfProcess(pid);
        return !status || status->state == 'Z';
      }));
    }
  }

  void KillAt(const Blow& blow, pid_t pid, bool& killed) {
    if (pid > 0 && KillAtCall(pid, blow.call, blow.behind, std::chrono::seconds(3))) {
      killed = true;
      ++at_calls_;
    }
  }

  static void SlowDown(pid_t pid, int ms) {
    if (pid > 0) {
      SlowCalls(pid, std::chrono::milliseconds(5), std::chrono::milliseconds(ms));
    }
  }

  const std::string& ANode(const Blow& blow) const {
    return pipeline_.steps[static_cast<size_t>(blow.lasts_ms) % pipeline_.steps.size()].name;
  }

  void Stop(pid_t pid, int ms) {
    if (pid > 0 && kill(pid, SIGSTOP) == 0) {
      Pass(ms);
      kill(pid, SIGCONT);
    }
  }

  /// It fails when the coordinator writes into a folder that it is about to remove.
  void Clean() const {
    support::CliCall call;
    call.argv = {"git", "-C", repo(), "clean", "-fdxq"};
    static_cast<void>(support::RunCli(call));
  }

  void FillDisk(int ms) {
    if (!mounted_) {
      return;
    }
    const std::string filler = state_ + "/filler";
    if (auto fd = os::OpenFile(filler, O_CREAT | O_WRONLY)) {
      const std::string block(size_t{64} << 10, 'x');
      while (write(fd->get(), block.data(), block.size()) > 0) {
      }
      filled_ = true;
    }
    Pass(ms);
    unlink(filler.c_str());
  }

  void Do(const Blow& blow) {
    switch (blow.deed) {
      case Deed::kKillCoordinator:
        Kill(CoordinatorPid(), coordinator_killed_);
        break;
      case Deed::kKillLane:
        Kill(LanePid(), lane_killed_);
        break;
      case Deed::kKillBoth:
        Kill(CoordinatorPid(), coordinator_killed_);
        Kill(LanePid(), lane_killed_);
        break;
      case Deed::kKillFace:
        Kill(face_->pid(), face_killed_);
        break;
      case Deed::kStopCoordinator:
        Stop(CoordinatorPid(), blow.lasts_ms);
        break;
      case Deed::kStopLane:
        Stop(LanePid(), blow.lasts_ms);
        break;
      case Deed::kStopFace:
        Stop(face_->pid(), blow.lasts_ms);
        break;
      case Deed::kClean:
        Clean();
        break;
      case Deed::kDropDoor:
        unlink((repo() + "/.ci/odu.sock").c_str());
        break;
      case Deed::kDropLaneDoor:
        unlink((LaneFolder() + "/lane.sock").c_str());
        break;
      case Deed::kFillDisk:
        FillDisk(blow.lasts_ms);
        break;
      case Deed::kKillCoordinatorAtCall:
        KillAt(blow, CoordinatorPid(), coordinator_killed_);
        break;
      case Deed::kKillLaneAtCall:
        KillAt(blow, LanePid(), lane_killed_);
        break;
      case Deed::kSlowCoordinator:
        SlowDown(CoordinatorPid(), blow.lasts_ms);
        break;
      case Deed::kSlowLane:
        SlowDown(LanePid(), blow.lasts_ms);
        break;
      case Deed::kCancelNode:
        // Whether there is still something to cancel is not asked first.
        cancelled_ = true;
        static_cast<void>(Odu({"cancel", ANode(blow)}));
        break;
    }
    if (blow.looked_after) {
      static_cast<void>(Odu({"status"}));
    }
  }

  void BeginRun() {
    Write("step", StepPipeline::StepProgram(Mark("witness")), 0755);
    Justfile(pipeline_.Justfile());
    if (schedule_.Has(Deed::kFillDisk)) {
      static_cast<void>(os::MakeDirs(state_).value());
      mounted_ = mount("odu-faults", state_.c_str(), "tmpfs", 0, "size=12m,mode=0700") == 0;
    }
    face_ = Start(RunWords());
    // A run that is not written down yet may be refused: no promise is made before that.
    ASSERT_TRUE(Soon(std::chrono::seconds(60), [this] { return LinesIn(RunJournal()) > 0; }))
        << face_->Out() << face_->Err();
  }

  /// Waits as people do, until there is a verdict.
  void SeeItThrough() {
    if (!face_killed_) {
      const CliResult said = face_->Wait();
      face_exit_ = said.exit_code;
      face_said_ = said.stdout_text + said.stderr_text;
    }
    CliResult waited;
    const bool over = Eventually([&] {
      waited = Odu({"wait", "--settle"});
      return IsOver();
    });
    EXPECT_TRUE(over) << waited;
    // Lanes are released, or told of a red run's end.
    EXPECT_TRUE(Eventually([this] {
      const bool closed = !VerdictOf(RunFolder()).empty();
      if (!closed && CoordinatorPid() == 0) {
        static_cast<void>(Odu({"wait", "--settle"}));
      }
      return closed;
    })) << "never closed: "
        << os::ReadFile(RunJournal(), kLimit).value_or("");
    wait_exit_ = waited.exit_code;
  }

  void JudgeWords() {
    const std::string verdict = VerdictOf(RunFolder());
    const bool asked_for = verdict == "failed" || verdict == "cancelled";
    const int due = verdict == "passed" ? 0 : asked_for ? 1 : 3;
    EXPECT_EQ(Odu({"wait", "--settle"}).exit_code, due) << verdict;
    if (!face_killed_) {
      EXPECT_EQ(face_exit_, due) << face_said_;
    }
    for (const Step& step : pipeline_.steps) {
      const std::string path = LaneFolder() + "/logs/" + step.name + ".1.log";
      const auto log = os::ReadFile(path, kLimit);
      if (log && step.kind != StepKind::kNoisy) {
        const CliResult shown = Odu({"logs", step.name});
        EXPECT_EQ(shown.exit_code, 0) << shown;
        EXPECT_EQ(shown.stdout_text, *log);
        break;  // one is as good as the other
      }
    }
    EXPECT_FALSE(os::Exists(RunFolder() + "/env")) << "the caller's environment stays";
  }

  void JudgeWhatIsLeft() {
    EXPECT_TRUE(Eventually([this] { return LanePid() == 0; })) << "the lane lives";
    EXPECT_TRUE(Eventually([this] { return RecipeProcesses().empty(); }));
    // Whatever happened to the ones before it, there can be a coordinator, and it ends in order.
    const CliResult served = Odu({"serve"});
    EXPECT_EQ(served.exit_code, 0) << served;
    const CliResult stopped = Odu({"serve", "--stop"});
    EXPECT_EQ(stopped.exit_code, 0) << stopped;
    EXPECT_TRUE(Eventually([this] { return Processes().empty(); }));
    EXPECT_FALSE(os::Exists(repo() + "/.ci/odu.sock")) << "the coordinator left its socket";
    if (!lane_killed_) {
      EXPECT_FALSE(os::Exists(LaneFolder() + "/lane.sock")) << "the lane left its socket";
    }
    const bool red = VerdictOf(RunFolder()) != "passed";
    const std::string trees = Git({"worktree", "list", "--porcelain"}).stdout_text;
    EXPECT_EQ(std::ranges::count(trees, '\n') > 4 && !red, false) << trees;
    EXPECT_EQ(RunFolders().size(), 1U);
  }

  Schedule schedule_;
  StepPipeline pipeline_;
  std::unique_ptr<Program> face_;
  bool mounted_ = false;
  bool filled_ = false;
  bool coordinator_killed_ = false;
  bool lane_killed_ = false;
  bool face_killed_ = false;
  bool cancelled_ = false;
  int at_calls_ = 0;
  int face_exit_ = -1;
  int wait_exit_ = -1;
  std::string face_said_;
};

TEST_P(RealSchedules, KeepEveryPromise) {
  SCOPED_TRACE(Told(schedule_));
  RecordProperty("schedule", Told(schedule_));
  BeginRun();
  int landed = 0;
  for (const Blow& blow : schedule_.blows) {
    if (Reached(blow)) {
      Do(blow);
      ++landed;
    }
  }
  RecordProperty("blows", landed);
  RecordProperty("deaths_at_calls", at_calls_);
  SeeItThrough();
  JudgeWords();
  JudgeWhatIsLeft();
  Remains remains;
  remains.run_folder = RunFolder();
  remains.platform = Here();
  remains.witness = ReadMark("witness");
  remains.lane_killed = lane_killed_;
  remains.disk_filled = filled_;
  remains.cancelled = cancelled_;
  for (const std::string& complaint : ComplaintsOf(remains, pipeline_)) {
    ADD_FAILURE() << complaint;
  }
  if (HasFailure()) {
    // What a person wants to read first.
    std::string kept = "run's journal:\n" + os::ReadFile(RunJournal(), kLimit).value_or("");
    kept += "lane's journal:\n";
    kept += os::ReadFile(LaneFolder() + "/journal.ndjson", kLimit).value_or("");
    kept += "lane's log:\n" + os::ReadFile(LaneFolder() + "/lane.log", kLimit).value_or("");
    kept += "witness:\n" + remains.witness;
    ADD_FAILURE() << kept << face_said_;
  }
}

INSTANTIATE_TEST_SUITE_P(Seed, RealSchedules, testing::ValuesIn(Seeds("ODU_FAULTS", 10)),
                         [](const auto& schedule) { return std::to_string(schedule.param); });

}  // namespace
}  // namespace odu::faults
