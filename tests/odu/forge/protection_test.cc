#include "odu/forge/protection.h"

#include <gtest/gtest.h>

namespace odu::forge {
namespace {

BranchRule Rule(int64_t id, const std::string& type = "required_status_checks",
                const std::string& source_type = "Repository") {
  return {type, source_type, source_type == "Repository" ? "octo/demo" : "octo", id};
}

base::json::object Parsed(std::string_view text) {
  return base::ParseJson(text, "test")->get_object();
}

TEST(Protection, TheOneRulesetThatRequiresStatusesIsMeant) {
  EXPECT_EQ(RulesetThatRequires({}, "main"), 0);
  EXPECT_EQ(RulesetThatRequires({Rule(3, "deletion"), Rule(7), Rule(7)}, "main"), 7);
}

TEST(Protection, AmbiguityIsRefusedWithTheReason) {
  const auto two = RulesetThatRequires({Rule(3), Rule(7)}, "main");
  EXPECT_EQ(two.error().code(), "two_rulesets");
  EXPECT_EQ(two.error().message(), "2 rulesets require statuses of 'main': 3, 7");
  const auto foreign =
      RulesetThatRequires({Rule(3, "required_status_checks", "Organization")}, "main");
  EXPECT_EQ(foreign.error().code(), "foreign_ruleset");
  EXPECT_EQ(foreign.error().message(),
            "the statuses that 'main' requires are set by the organisation 'octo'");
  EXPECT_TRUE(RulesetThatRequires({Rule(3, "deletion", "Organization"), Rule(7)}, "main"));
}

constexpr std::string_view kRuleset = R"({
  "name": "main", "enforcement": "active", "bypass_actors": [{"actor_id": 5}],
  "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"]}},
  "rules": [
    {"type": "deletion"},
    {"type": "required_status_checks", "parameters": {
      "strict_required_status_checks_policy": true,
      "required_status_checks": [
        {"context": "license/cla"},
        {"context": "gone@x86_64-linux"},
        {"context": "build@x86_64-linux"},
        {"context": "app@x86_64-linux", "integration_id": 15368}]}}]})";

TEST(Protection, OnlyOdusOwnContextsAreChanged) {
  const auto change = ChangedRuleset(Parsed(kRuleset), {"build@x86_64-linux", "test@x86_64-linux"});
  ASSERT_TRUE(change) << change.error().message();
  EXPECT_EQ(change->added, std::vector<std::string>{"test@x86_64-linux"});
  EXPECT_EQ(change->removed, std::vector<std::string>{"gone@x86_64-linux"});
  EXPECT_EQ(change->kept, (std::vector<std::string>{"license/cla", "app@x86_64-linux"}));
  EXPECT_EQ(change->diff,
            "ruleset 'main', required statuses:\n"
            "  app@x86_64-linux\n"
            "  build@x86_64-linux\n"
            "- gone@x86_64-linux\n"
            "  license/cla\n"
            "+ test@x86_64-linux\n");
  EXPECT_EQ(base::json::value(change->body), base::json::value(Parsed(
                                                 R"({"rules": [{"type": "deletion"},
                  {"type": "required_status_checks", "parameters": {
                    "strict_required_status_checks_policy": true,
                    "required_status_checks": [
                      {"context": "license/cla"}, {"context": "build@x86_64-linux"},
                      {"context": "app@x86_64-linux", "integration_id": 15368},
                      {"context": "test@x86_64-linux"}]}}]})")));
}

TEST(Protection, NothingIsSentWhenNothingChanges) {
  const auto same = ChangedRuleset(Parsed(kRuleset), {"build@x86_64-linux", "gone@x86_64-linux"});
  ASSERT_TRUE(same);
  EXPECT_TRUE(same->body.empty());
  EXPECT_EQ(same->diff, "");
}

TEST(Protection, ANewRulesetHasOneRuleAndNoBypass) {
  const Protection made = NewRuleset("rel/1", {"build@x86_64-linux"});
  EXPECT_EQ(base::json::value(made.body),
            base::json::value(Parsed(
                R"({"name": "odu rel/1", "target": "branch", "enforcement": "active",
                  "bypass_actors": [],
                  "conditions": {"ref_name": {"include": ["refs/heads/rel/1"], "exclude": []}},
                  "rules": [{"type": "required_status_checks", "parameters": {
                    "strict_required_status_checks_policy": false,
                    "required_status_checks": [{"context": "build@x86_64-linux"}]}}]})")));
  EXPECT_EQ(made.diff, "ruleset 'odu rel/1', required statuses:\n+ build@x86_64-linux\n");
}

TEST(Protection, WhatIsNoRulesetIsRefused) {
  for (const char* text : {"{}", R"({"name":1,"rules":[]})", R"({"name":"x","rules":[]})",
                           R"({"name":"x","rules":[1,null,{"type":7}]})"}) {
    EXPECT_EQ(ChangedRuleset(Parsed(text), {}).error().code(), "bad_answer") << text;
  }
}

}  // namespace
}  // namespace odu::forge
