#include "odu/coordinator/flaky.h"

#include <gtest/gtest.h>

#include "odu/coordinator/served_checkout.h"

namespace odu::coordinator {
namespace {

using model::Verdict;

/// Red as long as there is a file outside of the checkout.
void RedWhile(const TestCheckout& checkout) {
  checkout.Tasks(R"({"id":"moody","command":"! test -e )" + (checkout.state / "bad") +
                 R"("},{"id":"steady","command":"true"})");
  checkout.repo.Write(".gitignore", "/.ci/\n");
  checkout.repo.Commit();
  checkout.state.Write("bad", "");
}

std::vector<std::string> Moody() {
  return {"moody@" + std::string(model::ThisPlatform())};
}

TEST(Flaky, ANodeThatIsOkAtItsNextAttemptIsFlakyInTheVerdict) {
  TestCheckout checkout;
  RedWhile(checkout);
  ServedCheckout served(checkout);
  served.Start();
  const auto red = served.Settle();
  EXPECT_EQ(red.verdict, Verdict::kFailed);
  EXPECT_TRUE(red.flaky.empty());
  ASSERT_TRUE(os::RemoveTree(checkout.state / "bad"));
  ASSERT_TRUE(served.Rerun({"moody"}));
  const auto green = served.Settle();
  EXPECT_EQ(green.verdict, Verdict::kPassed);
  EXPECT_EQ(green.flaky, Moody());
  ASSERT_TRUE(served.Until([&] { return served.run.verdict == Verdict::kPassed; }));
  EXPECT_EQ(served.run.flaky, Moody());
  const auto record = ledger::ReadRun(served.coordinator->run()->folder());
  ASSERT_TRUE(record && record->settled);
  EXPECT_EQ(record->settled->flaky, Moody());
}

TEST(Flaky, ANodeThatWasRedInAnEarlierRunOfTheCommitIsFlakyToo) {
  TestCheckout checkout;
  RedWhile(checkout);
  ServedCheckout served(checkout);
  served.Start();
  EXPECT_EQ(served.Settle().verdict, Verdict::kFailed);
  ASSERT_TRUE(os::RemoveTree(checkout.state / "bad"));
  served.Start();
  EXPECT_EQ(served.Settle().flaky, Moody());
  // It is a thing of that commit.
  checkout.repo.Write("other", "commit");
  checkout.repo.Commit();
  served.Start();
  EXPECT_TRUE(served.Settle().flaky.empty());
}

}  // namespace
}  // namespace odu::coordinator
