#include "odu/lane/archive.h"

#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace odu::lane {
namespace {

using model::NodeStatus;

model::LaneHistory History() {
  model::LaneHistory history;
  history.configured = model::LaneConfigured{};
  for (const auto& [node, status] : {std::pair{"done", NodeStatus::kOk},
                                     {"red", NodeStatus::kFailed},
                                     {"ran", NodeStatus::kRunning},
                                     {"waited", NodeStatus::kPending}}) {
    model::Attempt attempt;
    attempt.node = node;
    attempt.status = status;
    history.attempts[model::AttemptKey(node, 1)] = attempt;
  }
  return history;
}

TEST(Archive, WhatFinishedIsFinishedAndTheRestIsErrored) {
  const support::TempDir dir;
  dir.Write("logs/ran.1.log", "half a li");
  const Archive archive(History(), model::LaneFolder(dir.path()));
  EXPECT_TRUE(archive.died());
  EXPECT_EQ(archive.attempts().at("done#1").status, NodeStatus::kOk);
  EXPECT_EQ(archive.attempts().at("red#1").status, NodeStatus::kFailed);
  for (const char* key : {"ran#1", "waited#1"}) {
    EXPECT_EQ(archive.attempts().at(key).status, NodeStatus::kErrored) << key;
    EXPECT_EQ(archive.attempts().at(key).reason, "lane died") << key;
    EXPECT_FALSE(archive.attempts().at(key).log_complete) << key;
  }
  EXPECT_EQ(archive.attempts().at("ran#1").log_bytes, 26U);
  EXPECT_EQ(archive.unfinished().size(), 2U);
}

TEST(Archive, ALaneThatWroteItsEndDidNotDie) {
  model::LaneHistory history = History();
  history.ended = model::LaneEnded{"terminated", 1};
  EXPECT_FALSE(Archive(std::move(history), model::LaneFolder("/none")).died());
}

TEST(Archive, ItsLogsAreRead) {
  const support::TempDir dir;
  dir.Write("logs/done.1.log", "bytes");
  const Archive archive(History(), model::LaneFolder(dir.path()));
  auto log = archive.OpenLog("done#1");
  ASSERT_TRUE(log);
  EXPECT_TRUE((*log)->Ended());
  EXPECT_EQ(archive.OpenLog("done#2").error().code(), "no_attempt");
  EXPECT_EQ(archive.OpenLog("../../done#1").error().code(), "no_attempt");
  EXPECT_EQ(archive.OpenLog("red#1").error().code(), "not_found");
}

}  // namespace
}  // namespace odu::lane
