#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "odu/lane/lane.h"
#include "os/environment.h"
#include "os/file_system.h"
#include "os/process.h"
#include "support/loop.h"
#include "support/temp_dir.h"

namespace odu::lane {

/// A lane with real processes in this process; its folder and its tree are temporary.
class LaneWorld {
 public:
  explicit LaneWorld(SupervisorTimes times = QuickTimes(), std::string folder = {})
      : tasks(loop.executor()),
        reaper(loop.executor()),
        sync(tasks, clock, worker),
        folder_path(folder.empty() ? dir / "lane" : std::move(folder)),
        board(loop.executor(), OpenJournal(folder_path), sync),
        supervisor(tasks, clock, reaper, times),
        lane(LaneParts{tasks, clock, reaper, worker, sync, board, supervisor},
             model::LaneFolder(folder_path)) {
    const auto adopter = os::BecomeSubreaper();
    EXPECT_TRUE(adopter || adopter.error().code() == "unsupported");
    EXPECT_TRUE(os::MakeDirs(dir / "tree"));
  }
  ~LaneWorld() {
    if (!lane.terminal()) {
      (void)lane.Cancel({}, "cancelled", true);
      EXPECT_TRUE(loop.RunUntil([this] { return lane.terminal(); }));
    }
    loop.Run(tasks.Stop(clock, std::chrono::seconds(1)));
  }

  /// Graces short enough for tests; nothing is asserted about how long anything takes.
  static SupervisorTimes QuickTimes() {
    SupervisorTimes times;
    times.linger = std::chrono::milliseconds(20);
    times.grace = std::chrono::milliseconds(200);
    return times;
  }

  model::PlanNode Shell(std::string id, std::string script, std::vector<std::string> needs = {}) {
    return model::PlanNode{id, id, {"/bin/bash", "-c", std::move(script)}, std::move(needs)};
  }

  model::ConfigureRequest Request(std::vector<model::PlanNode> nodes, int jobs = 4) {
    model::ConfigureRequest request;
    request.request_id = "request";
    request.run_id = "RUN" + std::to_string(getpid());
    request.run_ref = "0123456#1";
    request.epoch = 1;
    request.plan.platform = "x86_64-linux";
    request.plan.nodes = std::move(nodes);
    request.source.repository = dir / "tree";
    request.jobs = jobs;
    request.env = {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + dir.path()};
    return request;
  }

  void Configure(std::vector<model::PlanNode> nodes, int jobs = 4) {
    lane.Configure(Request(std::move(nodes), jobs));
  }
  /// Until everything is terminal and published.
  [[nodiscard]] bool Settle() {
    return loop.RunUntil(
        [this] { return lane.terminal() && lane.cell().phase == model::LanePhase::kSettled; });
  }
  [[nodiscard]] bool Run(std::vector<model::PlanNode> nodes, int jobs = 4) {
    Configure(std::move(nodes), jobs);
    return Settle();
  }
  /// Until `text` is in the log of an attempt.
  [[nodiscard]] bool UntilLogHas(const std::string& node, std::string_view text, int n = 1) {
    return loop.RunUntil([&] {
      const auto log = os::ReadFile(model::LaneFolder(folder_path).log(node, n), 1 << 24);
      return log && log->find(text) != std::string::npos;
    });
  }
  /// Until a file is there, which wakes no event loop.
  [[nodiscard]] bool UntilExists(const std::string& path) {
    for (int look = 0; look < 3000 && !os::Exists(path); ++look) {
      loop.Run(clock.Sleep(std::chrono::milliseconds(10)));
    }
    return os::Exists(path);
  }
  [[nodiscard]] bool Until(const std::string& node, model::NodeStatus status, int n = 1) {
    return loop.RunUntil([&] { return Published(node, n) && At(node, n).status == status; });
  }

  bool Published(const std::string& node, int n = 1) {
    return board.attempts().state().Find(model::AttemptKey(node, n)) != nullptr;
  }
  model::Attempt At(const std::string& node, int n = 1) {
    const std::string* json = board.attempts().state().Find(model::AttemptKey(node, n));
    if (json == nullptr) {
      ADD_FAILURE() << "no attempt " << node << "#" << n;
      return {};
    }
    return surface::DecodeText<model::Attempt>(*json, "attempt").value();
  }
  /// "failed (exit 3)"
  std::string Word(const std::string& node, int n = 1) {
    const model::Attempt attempt = At(node, n);
    const std::string word(model::StatusName(attempt.status));
    return attempt.reason.empty() ? word : word + " (" + attempt.reason + ")";
  }
  std::string Log(const std::string& node, int n = 1) {
    auto log = os::ReadFile(model::LaneFolder(folder_path).log(node, n), size_t{1} << 30);
    return log ? *log : "no log: " + log.error().message();
  }

  /// Processes of this world's attempts that live.
  static std::vector<pid_t> LeftBehind() {
    std::vector<pid_t> left;
    const std::string marker = "RUN" + std::to_string(getpid()) + ".";
    for (const pid_t pid : os::AllProcesses()) {
      const auto value = os::EnvironmentValueOf(pid, "ODU_ATTEMPT_ID");
      if (value && value->starts_with(marker)) {
        left.push_back(pid);
      }
    }
    return left;
  }

  support::TempDir dir;
  support::Loop loop;
  async::SystemClock clock;
  async::TaskGroup tasks;
  LazyWorker worker;
  os::Reaper reaper;
  GroupSync sync;
  std::string folder_path;
  AttemptBoard board;
  Supervisor supervisor;
  Lane lane;

 private:
  static JournalWriter OpenJournal(const std::string& folder) {
    EXPECT_TRUE(os::MakeDirs(folder + "/logs"));
    model::LaneHistory history;
    return JournalWriter::Open(folder + "/journal.ndjson", history).value();
  }
};

}  // namespace odu::lane
