#include "odu/ledger/critical_path.h"

#include <gtest/gtest.h>

namespace odu::ledger {
namespace {

using Names = std::vector<std::string>;

TEST(CriticalPath, GoesBackFromTheLastEndOverTheNeedThatEndedLast) {
  const std::vector<PathNode> nodes{{"setup", {}, 0, 10},
                                    {"build", {"setup"}, 10, 50},
                                    {"lint", {"setup"}, 10, 5},
                                    {"test", {"lint", "build"}, 65, 20},
                                    {"docs", {"setup"}, 10, 60}};
  const CriticalPath path = CriticalPathOf(nodes);
  EXPECT_EQ(path.names, (Names{"setup", "build", "test"}));
  EXPECT_EQ(path.duration_ms, 85);
}

TEST(CriticalPath, ANeedThatDidNotRunEndsIt) {
  const std::vector<PathNode> nodes{{"test", {"build"}, 65, 20}};
  EXPECT_EQ(CriticalPathOf(nodes).names, (Names{"test"}));
  EXPECT_EQ(CriticalPathOf(nodes).duration_ms, 20);
}

TEST(CriticalPath, NothingHasNoneAndARoundEnds) {
  EXPECT_TRUE(CriticalPathOf({}).names.empty());
  const std::vector<PathNode> round{{"a", {"b"}, 0, 10}, {"b", {"a"}, 0, 5}};
  EXPECT_EQ(CriticalPathOf(round).names, (Names{"b", "a"}));
}

}  // namespace
}  // namespace odu::ledger
