#include "odu/coordinator/lane_shown.h"

#include <gtest/gtest.h>

namespace odu::coordinator {
namespace {

LaneNews News(std::string state, std::string detail = {}) {
  LaneNews news;
  news.state = std::move(state);
  news.detail = std::move(detail);
  return news;
}

model::LaneNodesRequest Cancel(std::vector<std::string> nodes) {
  model::LaneNodesRequest cancel;
  cancel.request_id = "r";
  cancel.nodes = std::move(nodes);
  return cancel;
}

TEST(LaneShown, AStateIsAsOldAsItsFirstNews) {
  LaneShown shown;
  shown.Take(News("retrying", "no route"), "no route", 1000);
  shown.Take(News("retrying", "refused"), "refused", 2000);
  EXPECT_EQ(shown.lane.since, 1000);
  EXPECT_EQ(shown.lane.detail, "refused");
  EXPECT_FALSE(shown.came);
  shown.Take(News("connected"), "", 3000);
  EXPECT_EQ(shown.lane.since, 3000);
  shown.Take(News("retrying"), "", 4000);
  EXPECT_TRUE(shown.came);
}

TEST(LaneShown, ACancelThatWaitsIsSaidAfterWhateverElseIs) {
  LaneShown shown;
  shown.Take(News("retrying"), "no route; again in 4 s", 1000);
  shown.TakeCancels({Cancel({"one"})});
  EXPECT_EQ(shown.lane.detail, "no route; again in 4 s; some nodes are cancelled when it answers");
  shown.TakeCancels({Cancel({"one"}), Cancel({})});
  shown.Take(News("retrying"), "no route", 2000);
  EXPECT_EQ(shown.lane.detail, "no route; cancelled when it answers");
  EXPECT_EQ(shown.Line(false).cancels.size(), 2U);
  shown.TakeCancels({});
  EXPECT_EQ(shown.lane.detail, "no route");
}

TEST(LaneShown, WhatItWasMadeWithIsWrittenDownAndKept) {
  LaneShown shown;
  shown.runner = "older";
  shown.Take(News("retrying"), "", 1000);
  EXPECT_EQ(shown.Line(false).runner, "older");
  LaneNews news = News("connected");
  news.runner = "newer";
  shown.Take(news, "", 2000);
  EXPECT_EQ(shown.Line(false).runner, "newer");
}

TEST(LaneShown, WhatHasEndedIsNotGoingToBeCancelled) {
  LaneShown shown;
  shown.TakeCancels({Cancel({})});
  shown.Take(News("failed"), "cancelled while it was out of touch", 1000);
  EXPECT_EQ(shown.lane.detail, "cancelled while it was out of touch");
}

TEST(LaneShown, AHintOnALineOfItsOwnIsJoinedToTheLine) {
  LaneShown shown;
  const std::string words = "ci-1: the command ended (exit 3) and reached no shell\n  check it";
  shown.Take(News("failed", words), words, 1000);
  EXPECT_EQ(shown.lane.detail, "ci-1: the command ended (exit 3) and reached no shell; check it");
}

}  // namespace
}  // namespace odu::coordinator
