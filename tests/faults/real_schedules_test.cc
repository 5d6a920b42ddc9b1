#include <fcntl.h>
#include <fmt/format.h>
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
#include "faults/far_host.h"
#include "faults/oracle.h"
#include "faults/schedule.h"
#include "faults/step_pipeline.h"
#include "odu/ledger/index_open.h"
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
    if (schedule_.remote) {
      // A handshake has 30 s, which is still a while then.
      constexpr int kFarScale = 10;
      far_ = std::make_unique<FarHost>(root_.path(), schedule_.ssh, schedule_.Has(Deed::kJumpClock),
                                       kFarScale);
      environment_ = {fmt::format("ODU_TIME_SCALE={}", kFarScale),
                      "ODU_HOSTS=" + far_->hosts_file()};
    }
    if (schedule_.Has(Deed::kRerunNode)) {
      pipeline_.Hold();
    }
  }
  ~RealSchedules() override {
    for (const std::string& mounted : mounted_) {
      // What still works there is killed by the fixture, later.
      umount2(mounted.c_str(), MNT_DETACH);
    }
  }

  std::string RunFolder() const {
    const auto folders = RunFolders();
    return folders.empty() ? std::string() : folders.front();
  }
  std::string RunId() const { return RunFolder().substr(RunFolder().rfind('/') + 1); }
  std::string RunJournal() const { return RunFolder() + "/journal.ndjson"; }
  std::string Platform() const { return far_ ? FarHost::kPlatform : Here(); }
  std::string LaneFolder() const {
    return far_ ? far_->LaneFolder(RunId()) : RunFolder() + "/lanes/" + Here();
  }
  pid_t Lane() const { return far_ ? far_->LanePid(RunId()) : LanePid(); }
  bool HasLine(std::string_view type) const {
    const auto text = os::ReadFile(RunJournal(), kLimit);
    return text && text->find(fmt::format("{{\"t\":\"{}\"", type)) != std::string::npos;
  }
  bool IsOver() const { return HasLine("settled"); }
  bool IsClosed() const { return HasLine("closed"); }

  /// False when the run was over before.
  bool Reached(const Blow& blow) const {
    const auto count = static_cast<size_t>(blow.at);
    bool reached = false;
    // A run that is held never gets as far as some blows want, and is not over either.
    const auto most = std::chrono::milliseconds(schedule_.Has(Deed::kRerunNode) ? 500 : 5000);
    static_cast<void>(Soon(most, [&] {
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
    const size_t choice = pipeline_.steps.size() - (schedule_.Has(Deed::kRerunNode) ? 1 : 0);
    return pipeline_.steps[static_cast<size_t>(blow.lasts_ms) % choice].name;
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

  void FillDisk(const std::string& folder, int ms) {
    if (std::ranges::find(mounted_, folder) == mounted_.end()) {
      return;
    }
    const std::string filler = folder + "/filler";
    if (auto fd = os::OpenFile(filler, O_CREAT | O_WRONLY)) {
      const std::string block(size_t{64} << 10, 'x');
      while (write(fd->get(), block.data(), block.size()) > 0) {
      }
      filled_ = true;
    }
    Pass(ms);
    unlink(filler.c_str());
  }

  void MountSmall(const std::string& folder, std::string_view megabytes) {
    static_cast<void>(os::MakeDirs(folder).value());
    const std::string options = fmt::format("size={}m,mode=0700", megabytes);
    if (mount("odu-faults", folder.c_str(), "tmpfs", 0, options.c_str()) == 0) {
      mounted_.push_back(folder);
    }
  }

  void Do(const Blow& blow) {
    switch (blow.deed) {
      case Deed::kKillCoordinator:
        Kill(CoordinatorPid(), coordinator_killed_);
        break;
      case Deed::kKillLane:
        Kill(Lane(), lane_killed_);
        break;
      case Deed::kKillBoth:
        Kill(CoordinatorPid(), coordinator_killed_);
        Kill(Lane(), lane_killed_);
        break;
      case Deed::kKillFace:
        Kill(face_->pid(), face_killed_);
        break;
      case Deed::kStopCoordinator:
        Stop(CoordinatorPid(), blow.lasts_ms);
        break;
      case Deed::kStopLane:
        Stop(Lane(), blow.lasts_ms);
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
        FillDisk(state_, blow.lasts_ms);
        break;
      case Deed::kKillCoordinatorAtCall:
        KillAt(blow, CoordinatorPid(), coordinator_killed_);
        break;
      case Deed::kKillLaneAtCall:
        KillAt(blow, Lane(), lane_killed_);
        break;
      case Deed::kSlowCoordinator:
        SlowDown(CoordinatorPid(), blow.lasts_ms);
        break;
      case Deed::kSlowLane:
        SlowDown(Lane(), blow.lasts_ms);
        break;
      case Deed::kCancelNode:
        // Whether there is still something to cancel is not asked first.
        cancelled_ = true;
        static_cast<void>(Odu({"cancel", ANode(blow)}));
        break;
      case Deed::kCancelRun:
        cancelled_ = true;
        static_cast<void>(Odu({"cancel"}));
        break;
      case Deed::kRerunNode:
        reruns_ += Odu({"rerun", ANode(blow)}).exit_code == 0 ? 1 : 0;
        break;
      case Deed::kCutLink:
        far_->Cut(RunId());
        Pass(blow.lasts_ms);
        far_->Mend();
        break;
      case Deed::kFillFar:
        FillDisk(far_->home(), blow.lasts_ms);
        break;
      case Deed::kJumpClock:
        far_->JumpClock((blow.lasts_ms % 2 == 0 ? 1 : -1) * blow.lasts_ms * 10'000);
        break;
    }
    if (blow.looked_after) {
      static_cast<void>(Odu({"status"}));
    }
  }

  void BeginRun() {
    Write("step", StepPipeline::StepProgram(Mark("witness"), Mark("go")), 0755);
    Justfile(pipeline_.Justfile() + "aside:\n  @true\n");
    if (schedule_.Has(Deed::kFillDisk)) {
      MountSmall(state_, "12");
    }
    if (schedule_.Has(Deed::kFillFar)) {
      MountSmall(far_->home(), "32");
    }
    face_ = Start(far_ ? std::vector<std::string>{"run", "--no-post"} : RunWords());
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
    wait_exit_ = waited.exit_code;
  }

  /// Lanes are released, or told of a red run's end.
  void SeeItClosed() {
    if (far_ && VerdictOf(RunFolder()) != "passed") {
      // At that scale a red run is open for a minute: another run takes its place.
      environment_.push_back("ODU_HOSTS=" +
                             root_.Write("here.json", "{\"" + Here() + "\":\"localhost\"}"));
      const CliResult aside = Odu({"run", "--no-post", "--root", "aside"});
      EXPECT_EQ(aside.exit_code, 0) << aside;
    }
    EXPECT_TRUE(Eventually([this] {
      if (!IsClosed() && CoordinatorPid() == 0) {
        static_cast<void>(Odu({"wait", "--settle"}));
      }
      return IsClosed();
    })) << "never closed: "
        << os::ReadFile(RunJournal(), kLimit).value_or("");
    EXPECT_FALSE(os::Exists(RunFolder() + "/env")) << "the caller's environment stays";
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
      if (step.kind == StepKind::kNoisy) {
        continue;
      }
      const std::string logs = RunFolder() + "/lanes/" + Platform() + "/logs/" + step.name;
      int newest = MostAttempts();
      while (newest > 1 && !os::Exists(fmt::format("{}.{}.log", logs, newest))) {
        --newest;
      }
      const auto log = os::ReadFile(fmt::format("{}.{}.log", logs, newest), kLimit);
      if (log) {
        const CliResult shown = Odu({"logs", step.name});
        EXPECT_EQ(shown.exit_code, 0) << shown;
        EXPECT_EQ(shown.stdout_text, *log);
        break;  // one is as good as the other
      }
    }
  }

  void JudgeWhatIsLeft() {
    EXPECT_TRUE(Eventually([this] { return Lane() == 0; })) << "the lane lives";
    EXPECT_TRUE(Eventually([this] { return RecipeProcesses().empty(); }));
    if (far_) {
      EXPECT_TRUE(Eventually([this] { return far_->Processes().empty(); }));
    }
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
    if (far_ && !red) {
      EXPECT_FALSE(os::Exists(far_->WorkTree(RunId()))) << "a green run's tree is left there";
    }
    EXPECT_EQ(RunFolders().size(), far_ && red ? 2U : 1U);
    const auto checked = ledger::CheckIndex(state_);
    EXPECT_TRUE(checked) << checked.error().message();
  }

  int MostAttempts() const { return 1 + schedule_.Count(Deed::kRerunNode); }

  Schedule schedule_;
  StepPipeline pipeline_;
  std::unique_ptr<FarHost> far_;
  std::unique_ptr<Program> face_;
  std::vector<std::string> mounted_;  ///< small disks, which can be full
  bool filled_ = false;
  bool coordinator_killed_ = false;
  bool lane_killed_ = false;
  bool face_killed_ = false;
  bool cancelled_ = false;
  int at_calls_ = 0;
  int reruns_ = 0;
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
  PutMark("go");
  RecordProperty("blows", landed);
  RecordProperty("deaths_at_calls", at_calls_);
  RecordProperty("reruns", reruns_);
  SeeItThrough();
  JudgeWords();
  SeeItClosed();
  JudgeWhatIsLeft();
  Remains remains;
  remains.run_folder = RunFolder();
  remains.platform = Platform();
  remains.lane_folder = LaneFolder();
  remains.most_attempts = MostAttempts();
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

INSTANTIATE_TEST_SUITE_P(Seed, RealSchedules, testing::ValuesIn(Seeds("ODU_FAULTS", 12)),
                         [](const auto& schedule) { return std::to_string(schedule.param); });

}  // namespace
}  // namespace odu::faults
