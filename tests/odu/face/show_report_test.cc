#include "odu/face/show_report.h"

#include <gtest/gtest.h>

#include "golden.h"

namespace odu::face {
namespace {

using model::NodeStatus;

constexpr int64_t kStart = 1'800'000'000'000;
constexpr int64_t kNow = kStart + 3 * 3600 * 1000;

model::NodeReport Node(std::string name, NodeStatus status, int64_t duration_ms) {
  model::NodeReport node;
  node.name = std::move(name);
  node.status = status;
  node.attempt = 1;
  node.duration_ms = duration_ms;
  return node;
}

model::RunReport Sample() {
  model::RunReport report;
  report.ref = "26d2c2d#2";
  report.run_id = "01K9TESTRUN000000000000000";
  report.sha = "26d2c2d0c0ffee00c0ffee00c0ffee00c0ffee00";
  report.state = "closed";
  report.verdict = model::Verdict::kFailed;
  report.pipeline = "ci";
  report.scope.selectors = {"lint"};
  report.checkout = "/home/me/work";
  report.started_by = "odu run (pid 7)";
  report.linked_from = "01K9TESTRUN000000000000001";
  report.closed_because = "open time over";
  report.started_at = kStart;
  report.settled_at = kStart + 61'000;
  report.expected = 4;
  report.lanes = {{"x86_64-linux", "localhost", "ended", ""}};
  report.nodes = {Node("_ci-setup@x86_64-linux", NodeStatus::kOk, 400),
                  Node("build@x86_64-linux", NodeStatus::kOk, 41'000),
                  Node("lint@x86_64-linux", NodeStatus::kFailed, 2'000)};
  report.nodes[1].flaky = true;
  report.nodes[1].usual_ms = 20'000;
  report.nodes[1].attempts = {{1, NodeStatus::kFailed, "exit 3", kStart, 1000},
                              {2, NodeStatus::kOk, "", kStart, 41'000}};
  report.nodes[2].reason = "exit 1 \x1b[31m";
  report.nodes[2].log = "/state/runs/x/lanes/x86_64-linux/logs/lint.1.log";
  report.owed = {"test@x86_64-linux"};
  report.critical_path = {"_ci-setup@x86_64-linux", "build@x86_64-linux"};
  report.critical_ms = 41'500;
  report.damage = "line 9: not an object";
  return report;
}

TEST(ShowReport, ARunIsShownWithEverythingThatIsKnownOfIt) {
  ExpectGolden("show.txt", ShowText(Sample(), kNow, false));
  ExpectGolden("show_colour.txt", ShowText(Sample(), kNow, true));
}

TEST(ShowReport, ATreeThatChangedWhileItRanIsTold) {
  model::RunReport report = Sample();
  EXPECT_EQ(ShowText(report, kNow, false).find("changed while it ran"), std::string::npos);
  report.tree_changed = true;
  EXPECT_NE(ShowText(report, kNow, false).find("  tree      changed while it ran"),
            std::string::npos);
}

TEST(ShowReport, AnExpiredRunSaysHowItHadEnded) {
  model::RunReport report = Sample();
  report.state = "expired";
  report.expired_at = kNow - 60'000;
  report.lanes.clear();
  report.nodes.resize(2);
  report.nodes.erase(report.nodes.begin());
  report.owed.clear();
  report.critical_path.clear();
  report.damage.clear();
  ExpectGolden("show_expired.txt", ShowText(report, kNow, false));
}

TEST(ShowReport, ASlowNodeHasALineOfItsOwn) {
  EXPECT_EQ(SlowText(Sample(), false), "SLOW  build@x86_64-linux  41s, usually 20s\n");
  EXPECT_EQ(SlowText({}, false), "");
}

TEST(ShowReport, FlakesAreShownWithTheirLastCases) {
  EXPECT_EQ(FlakesText({}, kNow, false), "no flaky nodes\n");
  model::FlakesReport report;
  model::FlakyNodeReport node;
  node.node = "test@x86_64-linux";
  node.commits = 2;
  node.attempts = 40;
  node.red = 5;
  node.last_at = kStart;
  for (int i = 0; i < 5; ++i) {
    model::FlakeReport flake;
    flake.run = "26d2c2d#" + std::to_string(5 - i);
    flake.run_id = "01K9TESTRUN00000000000000" + std::to_string(5 - i);
    flake.attempt = 1;
    flake.passed_run_id = i % 2 == 0 ? flake.run_id : "01K9TESTRUN000000000000009";
    flake.passed_attempt = 2;
    node.flakes.push_back(flake);
  }
  report.nodes.push_back(node);
  report.truncated = true;
  ExpectGolden("flakes.txt", FlakesText(report, kNow, false));
}

TEST(ShowReport, ADiffHasALineForEachNodeThatChanged) {
  using model::NodeChange;
  model::RunDiff diff;
  diff.before = "26d2c2d#1";
  diff.after = "26d2c2d#2";
  diff.before_verdict = model::Verdict::kPassed;
  diff.after_verdict = model::Verdict::kFailed;
  diff.nodes = {{"new@p", NodeChange::kAppeared, std::nullopt, NodeStatus::kOk, std::nullopt, 5},
                {"old@p", NodeChange::kVanished, NodeStatus::kOk, std::nullopt, 5, std::nullopt},
                {"red@p", NodeChange::kStatus, NodeStatus::kOk, NodeStatus::kFailed, 1000, 2000},
                {"slow@p", NodeChange::kSlower, NodeStatus::kOk, NodeStatus::kOk, 1000, 60000},
                {"fast@p", NodeChange::kFaster, NodeStatus::kOk, NodeStatus::kOk, 60000, 1000}};
  diff.unchanged = 4;
  ExpectGolden("diff.txt", DiffText(diff, false));
}

}  // namespace
}  // namespace odu::face
