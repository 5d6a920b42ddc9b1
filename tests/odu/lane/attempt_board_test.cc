#include "odu/lane/attempt_board.h"

#include <gtest/gtest.h>

#include "odu/lane/lane_world.h"

namespace odu::lane {
namespace {

model::Attempt Of(std::string node, model::NodeStatus status) {
  model::Attempt attempt;
  attempt.node = std::move(node);
  attempt.status = status;
  return attempt;
}

std::string Journal(const LaneWorld& world) {
  return world.dir.Read("lane/journal.ndjson");
}

TEST(AttemptBoard, TheJournalHasALineBeforeASubscriberHearsOfIt) {
  LaneWorld world;
  bool asked = false;
  auto feed = world.board.attempts().Open({}, [&] {
    asked = true;
    EXPECT_NE(Journal(world).find("\"node\":\"a\""), std::string::npos);
  });
  ASSERT_TRUE(feed);
  std::string ignored;
  while ((*feed)->Next(ignored) == surface::Feed::Progress::kMessage) {
  }
  world.board.Put(Of("a", model::NodeStatus::kRunning));
  EXPECT_FALSE(world.Published("a"));
  EXPECT_EQ(Journal(world), "");
  world.loop.RunUntilIdle();
  EXPECT_TRUE(asked);
  EXPECT_TRUE(world.Published("a"));
}

TEST(AttemptBoard, ATurnsChangesGoOutTogetherAndTheLastCounts) {
  LaneWorld world;
  world.board.Put(Of("a", model::NodeStatus::kRunning));
  world.board.Put(Of("a", model::NodeStatus::kOk));
  world.loop.RunUntilIdle();
  EXPECT_EQ(world.Word("a"), "ok");
  const model::LaneHistory history = model::ReadLaneJournal(Journal(world));
  EXPECT_EQ(history.attempts.at("a#1").status, model::NodeStatus::kOk);
}

TEST(AttemptBoard, WhatIsOnlyShownIsNotWrittenAgain) {
  LaneWorld world;
  world.board.Show(Of("a", model::NodeStatus::kOk));
  world.board.Flush();
  EXPECT_TRUE(world.Published("a"));
  EXPECT_EQ(Journal(world), "");
}

TEST(AttemptBoard, TheCellFollowsTheAttemptsOfItsTurn) {
  LaneWorld world;
  model::LaneCell cell;
  cell.phase = model::LanePhase::kSettled;
  bool cell_last = false;
  auto feed = world.board.cell().Open({}, [&] { cell_last = world.Published("a"); });
  ASSERT_TRUE(feed);
  world.board.Set(cell);
  world.board.Put(Of("a", model::NodeStatus::kOk));
  world.loop.RunUntilIdle();
  EXPECT_TRUE(cell_last);
}

}  // namespace
}  // namespace odu::lane
