#include "odu/forge/github.h"

#include <gtest/gtest.h>

#include "support/fake_forge.h"

// Against tests/forge/fake_forge.py, which follows docs.github.com/en/rest; the pages stand there.
namespace odu::forge {
namespace {

const std::string kSha(40, 'a');

class GithubTest : public testing::Test {
 protected:
  GithubTest() { Use("octo", "demo"); }
  void Use(const std::string& owner, const std::string& repository,
           const std::string& token = "ghp_x") {
    Credential credential;
    credential.token = Secret(token);
    credential.source = "GH_TOKEN";
    github_ = std::make_unique<Github>(http_, ForgeRemote{"127.0.0.1", owner, repository},
                                       fake_.url(), credential);
  }
  static CommitStatus Status(const std::string& context, const std::string& state) {
    return {context, state, "Running: x", ""};
  }

  support::FakeForge fake_{{"--window", "0.001"}};
  HttpClient http_{{}};
  std::unique_ptr<Github> github_;
};

TEST_F(GithubTest, AStatusIsPostedAsItIs) {
  CommitStatus status{"ci::lint@x86_64-linux", "failure", "Failed (1s): .ci/ü.log", "https://x/1"};
  const auto id = github_->Post(kSha, status);
  ASSERT_TRUE(id) << id.error().error.message();
  EXPECT_GT(*id, 0);
  ASSERT_EQ(fake_.Statuses().size(), 1U);
  EXPECT_EQ(fake_.Statuses()[0],
            (support::FakeForge::Status{kSha, "ci::lint@x86_64-linux", "failure",
                                        "Failed (1s): .ci/ü.log", "https://x/1"}));
}

TEST_F(GithubTest, AllPagesOfStatusesAreReadNewestFirst) {
  for (int i = 0; i < 230; ++i) {
    ASSERT_TRUE(github_->Post(kSha, Status("c" + std::to_string(i % 150), "pending")));
  }
  const auto all = github_->Statuses(kSha);
  ASSERT_TRUE(all) << all.error().error.message();
  ASSERT_EQ(all->statuses.size(), 230U);
  for (size_t i = 1; i < all->statuses.size(); ++i) {
    EXPECT_GT(all->statuses[i - 1].id, all->statuses[i].id);
  }
}

// "there is a limit of 1000 statuses per sha and context within a repository"
TEST_F(GithubTest, ACommitTakesAThousandStatusesOfOneContextAndThenSaysSo) {
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(github_->Post(kSha, Status("c", "pending"))) << i;
  }
  const auto full = github_->Post(kSha, Status("c", "success"));
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().remedy, Remedy::kPerson);
  EXPECT_NE(full.error().error.message().find("maximum number of statuses"), std::string::npos);
  EXPECT_EQ(full.error().error.hint(),
            "a commit has at most 1,000 statuses of one context; a new commit has none yet");
  EXPECT_TRUE(github_->Post(kSha, Status("d", "success")));
  EXPECT_EQ(github_->Statuses(kSha)->statuses.size(), 1001U);
}

TEST_F(GithubTest, WhatDidNotChangeIsNotSentAgain) {
  ASSERT_TRUE(github_->Post(kSha, Status("c", "pending")));
  const auto first = github_->Statuses(kSha);
  const auto second = github_->Statuses(kSha);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->statuses, second->statuses);
  EXPECT_GT(second->now_s, 1'700'000'000);
  EXPECT_EQ(fake_.Unchanged().size(), 1U);  // a 304: it costs nothing of the hour
  ASSERT_TRUE(github_->Post(kSha, Status("c", "success")));
  const auto third = github_->Statuses(kSha);
  ASSERT_TRUE(third);
  EXPECT_EQ(third->statuses.front().state, "success");
}

TEST_F(GithubTest, ATokenWithoutThePermissionIsToldWhichOneItNeeds) {
  fake_.World(R"({"tokens":{"ghp_x":{"login":"ada","statuses":"read"}}})");
  const auto refused = github_->Post(kSha, Status("c", "pending"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error.code(), "forge_forbidden");
  EXPECT_NE(refused.error().error.hint().find("'Commit statuses: write'"), std::string::npos);
  Use("octo", "demo", "ghp_other");
  EXPECT_EQ(github_->Post(kSha, Status("c", "pending")).error().error.code(), "bad_credentials");
}

TEST_F(GithubTest, ARenamedRepositoryIsFollowed) {
  fake_.World(R"({"renamed":{"octo/demo":42}})");
  EXPECT_TRUE(github_->Post(kSha, Status("c", "success")));
  EXPECT_EQ(fake_.Last("c").state, "success");
  const auto access = github_->Look();
  ASSERT_TRUE(access);
  EXPECT_EQ(access->full_name, "octo/renamed");
}

TEST_F(GithubTest, ACommitThatIsNotThereWaitsForAPush) {
  fake_.World(R"({"commits":[]})");
  const auto refused = github_->Post(kSha, Status("c", "pending"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().remedy, Remedy::kPush);
}

TEST_F(GithubTest, AnAnswerThatIsNoneIsAFailureAndTriedAgain) {
  fake_.Script(R"([{"do":{"garbage":true}}])");
  const auto answer = github_->Post(kSha, Status("c", "pending"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error.code(), "bad_answer");
  EXPECT_EQ(answer.error().remedy, Remedy::kRetry);
  EXPECT_FALSE(github_->Statuses(kSha));
  EXPECT_FALSE(github_->Look());
}

TEST_F(GithubTest, LookTellsWhatATokenMayDoWithoutLeavingATrace) {
  fake_.World(
      R"({"tokens":{"ghp_x":{"login":"ada","scopes":"repo, gist","statuses":"write"}},)"
      R"("repositories":{"octo/demo":{"default_branch":"trunk","private":true,"fork":true}}})");
  const auto access = github_->Look();
  ASSERT_TRUE(access) << access.error().error.message();
  EXPECT_EQ(access->login, "ada");
  EXPECT_EQ(access->scopes, "repo, gist");
  EXPECT_EQ(access->default_branch, "trunk");
  EXPECT_TRUE(access->is_private);
  EXPECT_TRUE(access->is_fork);
  EXPECT_TRUE(access->may_post);
  EXPECT_FALSE(access->may_administer);
  EXPECT_TRUE(fake_.Statuses().empty());
  fake_.World(R"({"tokens":{"ghp_x":{"statuses":"read"}}})");
  const auto poor = github_->Look();
  ASSERT_TRUE(poor);
  EXPECT_FALSE(poor->may_post);
  EXPECT_EQ(poor->login, "");
  EXPECT_NE(poor->why_not.find("may not post commit statuses"), std::string::npos);
}

TEST_F(GithubTest, RulesAndRulesetsAreReadAndWritten) {
  fake_.Rulesets(
      R"({"7":{"name":"main","enforcement":"active",)"
      R"("conditions":{"ref_name":{"include":["refs/heads/rel/1"]}},)"
      R"("rules":[{"type":"deletion"},{"type":"required_status_checks","parameters":{}}]}})");
  const auto rules = github_->RulesOf("rel/1");
  ASSERT_TRUE(rules) << rules.error().error.message();
  ASSERT_EQ(rules->size(), 2U);
  EXPECT_EQ((*rules)[1].type, "required_status_checks");
  EXPECT_EQ((*rules)[1].source_type, "Repository");
  EXPECT_EQ((*rules)[1].ruleset_id, 7);
  EXPECT_TRUE(github_->RulesOf("main")->empty());
  auto ruleset = github_->Ruleset(7);
  ASSERT_TRUE(ruleset);
  EXPECT_EQ(ruleset->at("name"), "main");
  ASSERT_TRUE(github_->WriteRuleset(7, base::json::object{{"name", "other"}}));
  EXPECT_EQ(github_->Ruleset(7)->at("name"), "other");
  const auto made =
      github_->WriteRuleset(0, base::json::object{{"name", "odu"}, {"enforcement", "active"}});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->at("name"), "odu");
}

TEST(GithubParse, OddPagesAreRead) {
  const auto page =
      base::ParseJson(R"([1,null,{"context":"c"},{"context":"c","state":"success","id":9,)"
                      R"("created_at":"2026-01-02T03:04:05Z"},{"id":"x"}])",
                      "t");
  EXPECT_EQ(ParseStatuses(page->get_array()),
            (std::vector<PostedStatus>{{9, "c", "success", "", 1767323045}}));
}

}  // namespace
}  // namespace odu::forge
