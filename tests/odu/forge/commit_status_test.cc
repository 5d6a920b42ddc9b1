#include "odu/forge/commit_status.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"
#include "os/file_system.h"

namespace odu::forge {
namespace {

using model::NodeStatus;

model::Node NodeOf(NodeStatus status, std::optional<int64_t> duration_ms = std::nullopt) {
  model::Node node;
  node.name = "ci::lint@x86_64-linux";
  node.recipe = "ci::lint";
  node.platform = "x86_64-linux";
  node.status = status;
  node.log_complete = model::IsTerminal(status);
  node.attempt = 1;
  node.started_at = 1790000000000;
  node.duration_ms = duration_ms;
  node.log = ".ci/7f59054/x86_64-linux/ci::lint.log";
  return node;
}

std::string Line(const model::Node& node, bool shows_pending) {
  const auto status = StatusOf(node, shows_pending);
  return status ? status->context + " " + status->state + " " + status->description + "\n"
                : std::string("(nothing)\n");
}

// contract.md 1.2, the table; the file is what the original posts.
TEST(CommitStatus, StringsAreThoseOfTheOriginal) {
  std::string lines;
  lines += Line(NodeOf(NodeStatus::kPending), false);
  lines += Line(NodeOf(NodeStatus::kRunning), false);
  lines += Line(NodeOf(NodeStatus::kOk, 999), true);
  lines += Line(NodeOf(NodeStatus::kOk, 58'400), true);
  lines += Line(NodeOf(NodeStatus::kOk, 60'000), true);
  lines += Line(NodeOf(NodeStatus::kFailed, 206'900), true);
  lines += Line(NodeOf(NodeStatus::kErrored, 3'600'000), true);
  lines += Line(NodeOf(NodeStatus::kCancelled, 5'000), true);
  lines += Line(NodeOf(NodeStatus::kSkipped), false);
  const auto golden = os::ReadFile(ODU_SOURCE_DIR "/tests/golden/forge/statuses.txt", 1 << 20);
  EXPECT_EQ(lines, golden.value_or("there is no golden file"));
}

TEST(CommitStatus, ANodeWhoseLogIsNotWholeIsNoSuccess) {
  model::Node node = NodeOf(NodeStatus::kOk, 999);
  EXPECT_EQ(StatusOf(node, true)->state, "success");
  node.log_complete = false;
  EXPECT_EQ(StatusOf(node, true)->state, "error");
}

TEST(CommitStatus, WhatARunLeftPendingBecomesAnErrorAndNothingElseDoes) {
  for (const NodeStatus status : {NodeStatus::kSkipped, NodeStatus::kCancelled}) {
    EXPECT_FALSE(StatusOf(NodeOf(status), false));
    EXPECT_EQ(StatusOf(NodeOf(status), true)->description,
              "Errored (interrupted): .ci/7f59054/x86_64-linux/ci::lint.log");
  }
  model::Node never_begun = NodeOf(NodeStatus::kErrored);
  never_begun.started_at.reset();
  EXPECT_FALSE(StatusOf(never_begun, false));
  EXPECT_EQ(StatusOf(never_begun, true)->state, "error");
  EXPECT_FALSE(StatusOf(NodeOf(NodeStatus::kPending), true));
}

TEST(CommitStatus, ADescriptionHasAtMost140CharactersAndKeepsTheLogsName) {
  const std::string log = ".ci/7f59054/x86_64-linux/" + std::string(200, 'x') + "::the_end.log";
  const std::string cut = Description("Succeeded (3m26s)", log);
  EXPECT_EQ(cut.size(), 140 + std::string("…").size() - 1);
  EXPECT_TRUE(cut.starts_with("Succeeded (3m26s): .ci/7f59054/…")) << cut;
  EXPECT_TRUE(cut.ends_with("xxx::the_end.log")) << cut;
  const std::string fits = ".ci/7f59054/x86_64-linux/" + std::string(140 - 9 - 25, 'y');
  EXPECT_EQ(Description("Running", fits), "Running: " + fits);
}

// What is required by its context is read by people: these are what they see of long names.
TEST(CommitStatus, LongNamesReadLikeThis) {
  std::string lines;
  for (const size_t length : {size_t{124}, size_t{125}, size_t{255}}) {
    model::Node node = NodeOf(NodeStatus::kFailed, 206'900);
    node.log = ".ci/7f59054/x86_64-linux/" + std::string(length - 25 - 4, 'n') + ".log";
    lines += Line(node, true);
  }
  const auto golden = os::ReadFile(ODU_SOURCE_DIR "/tests/golden/forge/long_statuses.txt", 1 << 20);
  EXPECT_EQ(lines, golden.value_or("there is no golden file"));
}

TEST(CommitStatus, ACutNeverGoesThroughACharacter) {
  for (size_t length = 90; length < 220; ++length) {
    std::string log;
    for (size_t i = 0; i < length; ++i) {
      log += i % 3 == 0 ? "ü" : i % 3 == 1 ? "🦀" : "a";
    }
    const std::string cut = Description("Failed (1s)", log);
    EXPECT_TRUE(base::IsUtf8(cut)) << length;
    const auto characters =
        std::count_if(cut.begin(), cut.end(), [](char c) { return (c & 0xc0) != 0x80; });
    EXPECT_LE(characters, 140) << length;
  }
}

TEST(CommitStatus, ATargetIsMadeFromTheBaseAndNeverFromAnythingElse) {
  EXPECT_EQ(TargetUrl("https://ci.example.org/odu/", "01K", "7f5", "ci::lint@x86_64-linux"),
            "https://ci.example.org/odu/01K/ci%3A%3Alint%40x86_64-linux");
  EXPECT_EQ(TargetUrl("https://x/{sha}?n={node}", "01K", "7f5", "a@b"), "https://x/7f5?n=a%40b");
  EXPECT_EQ(TargetUrl("", "01K", "7f5", "a"), "");
  EXPECT_EQ(TargetUrl("javascript:alert(1)", "01K", "7f5", "a"), "");
}

}  // namespace
}  // namespace odu::forge
