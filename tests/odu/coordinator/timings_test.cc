#include "odu/coordinator/timings.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "os/file_system.h"
#include "support/temp_dir.h"

namespace odu::coordinator {
namespace {

model::Node Node(std::string recipe, model::NodeStatus status, int64_t duration_ms) {
  model::Node node;
  node.name = recipe + "@x86_64-linux";
  node.recipe = std::move(recipe);
  node.platform = "x86_64-linux";
  node.status = status;
  node.duration_ms = duration_ms;
  return node;
}

TEST(Timings, KeysStandInTheirFixedOrder) {
  std::vector<model::Node> nodes{Node("build", model::NodeStatus::kOk, 5)};
  nodes[0].started_at = 1000;
  nodes[0].exit_code = 0;
  nodes.push_back(Node("test", model::NodeStatus::kSkipped, 0));
  EXPECT_EQ(TimingsText(nodes),
            R"({"node":"build@x86_64-linux","recipe":"build","platform":"x86_64-linux",)"
            R"("status":"ok","startedAt":1000,"durationMs":5,"exitCode":0})"
            "\n"
            R"({"node":"test@x86_64-linux","recipe":"test","platform":"x86_64-linux",)"
            R"("status":"skipped","startedAt":null,"durationMs":0,"exitCode":null})"
            "\n");
}

TEST(Timings, AreWrittenBesideTheLogsAndNeverThroughASymlink) {
  const support::TempDir top;
  ASSERT_TRUE(os::MakeDirs(top / ".ci", 0700));
  ASSERT_TRUE(WriteTimings(top.path(), "abcdef0", "x\n"));
  EXPECT_EQ(top.Read(".ci/abcdef0/timings.jsonl"), "x\n");
  const support::TempDir other;
  ASSERT_EQ(symlink("/tmp", (other / ".ci").c_str()), 0);
  EXPECT_FALSE(WriteTimings(other.path(), "abcdef0", "x\n"));
}

TEST(Timings, DurationsAreLearntFromWhatPassedAndKept) {
  const support::TempDir dir;
  Durations durations = LoadDurations(dir / "none");
  EXPECT_TRUE(durations.empty());
  const std::vector<model::Node> nodes{Node("a", model::NodeStatus::kOk, 1000),
                                       Node("b", model::NodeStatus::kFailed, 10)};
  EXPECT_TRUE(LearnDurations(durations, nodes));
  EXPECT_FALSE(LearnDurations(durations, nodes));
  EXPECT_FALSE(LearnDurations(durations, std::vector{Node("a", model::NodeStatus::kOk, 1050)}));
  EXPECT_TRUE(LearnDurations(durations, std::vector{Node("a", model::NodeStatus::kOk, 2000)}));
  ASSERT_TRUE(SaveDurations(dir / "durations.json", durations));
  EXPECT_EQ(LoadDurations(dir / "durations.json"), durations);
  EXPECT_EQ(durations["x86_64-linux"], (std::map<std::string, int64_t>{{"a", 2000}}));
  dir.Write("durations.json", "garbage");
  EXPECT_TRUE(LoadDurations(dir / "durations.json").empty());
}

}  // namespace
}  // namespace odu::coordinator
