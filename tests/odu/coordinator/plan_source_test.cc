#include "odu/coordinator/plan_source.h"

#include <gtest/gtest.h>

#include "odu/coordinator/served_checkout.h"

namespace odu::coordinator {
namespace {

PlanQuestion Question(ServedCheckout& served, bool pinned) {
  PlanQuestion question;
  question.repository =
      served.loop.Run(git::OpenRepository(served.git, served.world.toplevel)).value();
  question.commit = pinned ? question.repository.sha : "";
  question.environment = ServedCheckout::Environment().entries();
  question.platforms = {std::string(model::ThisPlatform())};
  return question;
}

std::string Nodes(ServedCheckout& served, PlanQuestion question) {
  const auto plan = served.loop.Run(AskForPlan(served.world, std::move(question)));
  if (!plan) {
    return plan.error().code();
  }
  std::string names;
  for (const model::PlanNode& node : plan->lanes.at(0).nodes) {
    names += node.id + " ";
  }
  return names;
}

TEST(PlanSource, AnswersForTheCommitOrForTheLiveTree) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  checkout.Tasks(R"({"id":"changed","command":"true"})");
  EXPECT_EQ(Nodes(served, Question(served, true)), "one ");
  EXPECT_EQ(Nodes(served, Question(served, false)), "changed ");
}

TEST(PlanSource, ACommitsJustfileFindsItsModulesAndOddlyNamedImports) {
  TestCheckout checkout;
  checkout.repo.Write("justfile",
                      "mod ci\nimport 'parts/odd.name'\n[metadata(\"ci\")]\nall: odd\n");
  checkout.repo.Write("ci.just", "lint:\n    true\n");
  checkout.repo.Write("parts/odd.name", "odd:\n    true\n");
  checkout.repo.Commit();
  ServedCheckout served(checkout);
  EXPECT_EQ(Nodes(served, Question(served, true)), "odd ");
  EXPECT_TRUE(os::ListDir(served.world.home.cache + "/plan")->empty());
}

TEST(PlanSource, WhatIsNotCommittedHasNoPartInACommitsPlan) {
  TestCheckout checkout;
  checkout.repo.Write(".gitignore", "local.just\n");
  checkout.repo.Write("justfile",
                      "import? 'local.just'\n[metadata(\"ci\")]\nall: a\na:\n    true\n");
  checkout.repo.Commit();
  checkout.repo.Write("local.just", "this is no justfile\n");
  ServedCheckout served(checkout);
  EXPECT_EQ(Nodes(served, Question(served, true)), "a ");
  EXPECT_EQ(Nodes(served, Question(served, false)), "just_failed");
}

TEST(PlanSource, APipelineFileCountsFromWhereTheCallerStands) {
  TestCheckout checkout;
  checkout.repo.Write("sub/mine.json", R"({"tasks":[{"id":"mine","command":"true"}]})");
  checkout.repo.Commit();
  ServedCheckout served(checkout);
  for (const bool pinned : {true, false}) {
    PlanQuestion question = Question(served, pinned);
    question.cwd = checkout.repo.path() + "/sub";
    question.pipeline_file = "mine.json";
    EXPECT_EQ(Nodes(served, std::move(question)), "mine ") << pinned;
  }
}

}  // namespace
}  // namespace odu::coordinator
