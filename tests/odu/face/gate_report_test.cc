#include "odu/face/gate_report.h"

#include <gtest/gtest.h>

namespace odu::face {
namespace {

TEST(GateReport, WhatIsOwedIsListedWithItsReason) {
  EXPECT_EQ(OwedText({}), "nothing is owed\n");
  EXPECT_EQ(OwedText({{"7f59054#1", "01K", "a@x", "it is \x1b[31mdown"},
                      {"7f59054#1", "01K", "b@x", ""}}),
            "7f59054#1  a@x  it is ^[[31mdown\n7f59054#1  b@x\n");
}

TEST(GateReport, ARetrySaysWhatWasPostedAndWhatIsLeft) {
  model::GateRetryReply reply;
  EXPECT_EQ(RetryText(reply), "nothing is owed\n");
  reply.posted = 2;
  EXPECT_EQ(RetryText(reply), "posted 2 statuses\n");
  reply.owed = {{"7f59054#1", "01K", "a@x", "no token"}};
  reply.hint = "set GH_TOKEN";
  EXPECT_EQ(RetryText(reply), "posted 2 statuses\n7f59054#1  a@x  no token\n  set GH_TOKEN\n");
}

TEST(GateReport, AuthSaysWhatTheTokenMayDoAndWhatIsMissing) {
  model::AuthReport report;
  report.repository = "octo/demo";
  report.host = "github.com";
  report.api = "https://api.github.com";
  report.token_from = "GH_TOKEN";
  report.token_kind = "classic";
  report.login = "ada";
  report.scopes = "repo, gist";
  report.known_as = "octo/renamed";
  report.may_post = true;
  report.requests_left = 4999;
  report.missing = {"for 'odu protect': more"};
  EXPECT_EQ(AuthText(report),
            "octo/demo on github.com\n"
            "  it is called 'octo/renamed' now: git remote set-url origin\n"
            "  api         https://api.github.com\n"
            "  token       classic, from GH_TOKEN\n"
            "  speaks for  ada\n"
            "  scopes      repo, gist\n"
            "  statuses    yes\n"
            "  rulesets    no\n"
            "  requests    4999 left of this hour\n"
            "missing: for 'odu protect': more\n");
}

TEST(GateReport, AForkIsCalledOne) {
  model::AuthReport report;
  report.is_fork = true;
  EXPECT_NE(AuthText(report).find(
                "  a fork: its parent's pull requests do not see what is posted here\n"),
            std::string::npos);
}

TEST(GateReport, ProtectPrintsContextsAndTheChange) {
  model::ProtectReport report;
  report.branch = "main";
  report.ruleset = "odu main";
  report.contexts = {"a@x", "b@x"};
  report.diff = "ruleset 'odu main', required statuses:\n+ a@x\n+ b@x\n";
  EXPECT_EQ(ProtectText(report), "a@x\nb@x\n\n" + report.diff);
  report.applied = true;
  EXPECT_EQ(ProtectText(report),
            "ruleset 'odu main' on main requires 2 contexts\n\n" + report.diff);
  report.applied = false;
  report.diff.clear();
  EXPECT_EQ(ProtectText(report), "a@x\nb@x\n\nnothing changes: ruleset 'odu main' has it so\n");
}

}  // namespace
}  // namespace odu::face
