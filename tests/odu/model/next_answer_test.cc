#include "odu/model/next_answer.h"

#include <gtest/gtest.h>

namespace odu::model {
namespace {

using Strings = std::vector<std::string>;

constexpr std::string_view kRun = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

/// A run of four nodes that can be told things.
struct Told {
  Told() {
    for (const char* name : {"a@p", "b@p", "c@p", "d@p"}) {
      Node node;
      node.name = name;
      nodes.push_back(node);
    }
  }
  void Set(size_t index, NodeStatus status, int32_t attempt = 1) {
    nodes[index].status = status;
    nodes[index].attempt = attempt;
    if (IsRed(status)) {
      reds.push_back(Attention{index, attempt});
    }
  }
  RunNews News() const {
    RunNews news;
    news.run_id = kRun;
    news.ref = "26d2c2d#1";
    news.sha = "26d2c2d0c0ffee";
    news.scope.selectors = {"b"};
    news.started_at = 1000;
    news.settled_at = settled_at;
    news.verdict = verdict;
    news.nodes = nodes;
    news.reds = reds;
    return news;
  }
  base::Result<size_t> Check(std::string after, std::string expected_sha = {}) const {
    NextRequest request;
    request.after = std::move(after);
    request.expected_sha = std::move(expected_sha);
    return CheckNext(News(), request);
  }

  std::vector<Node> nodes;
  std::vector<Attention> reds;
  std::optional<int64_t> settled_at;
  std::optional<Verdict> verdict;
};

TEST(NextAnswer, ASettledRunIsAnsweredWithWhatItCameTo) {
  Told run;
  run.Set(1, NodeStatus::kFailed);
  run.Set(0, NodeStatus::kErrored);
  run.Set(2, NodeStatus::kSkipped);
  run.Set(3, NodeStatus::kCancelled);
  run.verdict = Verdict::kFailed;
  run.settled_at = 4000;
  for (const bool settle : {false, true}) {
    const auto reply = AnswerNext(run.News(), 2, settle, false);
    ASSERT_TRUE(reply);
    EXPECT_TRUE(reply->settled);
    EXPECT_FALSE(reply->passed || reply->timed_out || reply->fail_fast);
    EXPECT_EQ(reply->verdict, Verdict::kFailed);
    EXPECT_EQ(reply->duration_ms, 3000);
    EXPECT_EQ(reply->failed, Strings{"b@p"});
    EXPECT_EQ(reply->errored, Strings{"a@p"});
    EXPECT_EQ(reply->skipped, Strings{"c@p"});
    EXPECT_EQ(reply->cancelled, Strings{"d@p"});
    EXPECT_EQ(reply->cursor, std::string(kRun) + ".2");
    EXPECT_EQ(reply->run, "26d2c2d#1");
    EXPECT_EQ(reply->scope.selectors, Strings{"b"});
  }
}

TEST(NextAnswer, ARedNodeIsToldOnceByItsCursor) {
  Told run;
  EXPECT_FALSE(AnswerNext(run.News(), 0, false, false));
  run.Set(1, NodeStatus::kFailed);
  EXPECT_FALSE(AnswerNext(run.News(), 0, true, false));
  const auto reply = AnswerNext(run.News(), 0, false, false);
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->fail_fast);
  EXPECT_FALSE(reply->settled);
  EXPECT_FALSE(reply->verdict);
  const auto after = run.Check(reply->cursor);
  ASSERT_TRUE(after);
  EXPECT_FALSE(AnswerNext(run.News(), *after, false, false));
  run.Set(2, NodeStatus::kErrored);
  EXPECT_TRUE(AnswerNext(run.News(), *after, false, false)->fail_fast);
}

TEST(NextAnswer, ARedThatRunsAgainIsNoNews) {
  Told run;
  run.Set(1, NodeStatus::kFailed);
  run.Set(1, NodeStatus::kRunning, 2);
  EXPECT_FALSE(AnswerNext(run.News(), 0, false, false));
  run.Set(1, NodeStatus::kFailed, 2);
  EXPECT_TRUE(AnswerNext(run.News(), 1, false, false));
}

TEST(NextAnswer, TheEndOfTheTimeIsAnAnswer) {
  Told run;
  const auto reply = AnswerNext(run.News(), 0, false, true);
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->timed_out);
  run.Set(0, NodeStatus::kFailed);
  EXPECT_FALSE(AnswerNext(run.News(), 0, false, true)->timed_out);
}

TEST(NextAnswer, WhatIsNoCursorOfThisRunIsRefused) {
  Told run;
  run.Set(0, NodeStatus::kFailed);
  const std::string id(kRun);
  EXPECT_EQ(run.Check(""), 0U);
  EXPECT_EQ(run.Check(id + ".0"), 0U);
  EXPECT_EQ(run.Check(id + ".1"), 1U);
  for (const std::string& text :
       {id, id + ".", id + ".2", id + ".-1", id + ".1 ", std::string("x.1"), std::string("1")}) {
    const auto checked = run.Check(text);
    ASSERT_FALSE(checked) << text;
    EXPECT_EQ(checked.error().code(), "bad_cursor");
  }
}

TEST(NextAnswer, WhatFitsTooManyCommitsGuardsNothing) {
  const Told run;
  for (const char* sha : {"2", "26d2c2", "26D2C2D", "no-commit"}) {
    const auto checked = run.Check("", sha);
    ASSERT_FALSE(checked) << sha;
    EXPECT_EQ(checked.error().code(), "bad_value");
  }
}

TEST(NextAnswer, AnotherCommitThanExpectedIsRefused) {
  const Told run;
  EXPECT_TRUE(run.Check("", "26d2c2d0"));
  const auto checked = run.Check("", "26d2c2e");
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code(), "checkout_moved");
}

}  // namespace
}  // namespace odu::model
