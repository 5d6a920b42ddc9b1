#include "base/bug.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace base {
namespace {

TEST(BugDeathTest, ABrokenInvariantEndsTheProcessWithItsPlace) {
  EXPECT_EXIT(BUG_IF(1 + 1 == 2, "node settled twice"), testing::KilledBySignal(SIGABRT),
              "odu: bug: node settled twice \\(bug_test.cc:[0-9]+\\)");
  BUG_IF(1 + 1 == 3, "never");
}

}  // namespace
}  // namespace base
