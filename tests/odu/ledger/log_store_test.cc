#include "odu/ledger/log_store.h"

#include <gtest/gtest.h>

#include "ledger_fixture.h"
#include "support/temp_dir.h"

namespace odu::ledger {
namespace {

class LogStoreTest : public testing::Test {
 protected:
  void Write(const std::string& name) { dir_.Write("lanes/x86_64-linux/logs/" + name, "x"); }

  support::TempDir dir_;
  RunFolder folder_{dir_.path()};
};

TEST_F(LogStoreTest, ALogIsInItsLanesFolder) {
  EXPECT_EQ(LogFileOf(folder_, kPlatform, "ci::lint", 2),
            dir_ / "lanes/x86_64-linux/logs/ci::lint.2.log");
}

TEST_F(LogStoreTest, TheNewestAttemptIsTheHighestNumber) {
  EXPECT_EQ(NewestLogOf(folder_, kPlatform, "a"), std::nullopt);
  for (const char* name : {"a.1.log", "a.2.log", "a.10.log", "a.b.11.log", "aa.12.log", "a.x.log",
                           "a..log", "a.log", "a.-3.log", "a.99.txt", "a.0.log"}) {
    Write(name);
  }
  EXPECT_EQ(NewestLogOf(folder_, kPlatform, "a"), 10);
  EXPECT_EQ(NewestLogOf(folder_, kPlatform, "a.b"), 11);
  EXPECT_EQ(NewestLogOf(folder_, kPlatform, "b"), std::nullopt);
}

TEST_F(LogStoreTest, TheTailIsTheLastLines) {
  const std::string path = dir_.Write("log", "one\ntwo\nthree\n");
  EXPECT_EQ(TailOf(path, 1), "three\n");
  EXPECT_EQ(TailOf(path, 2), "two\nthree\n");
  EXPECT_EQ(TailOf(path, 9), "one\ntwo\nthree\n");
  dir_.Write("log", "one\ntwo");
  EXPECT_EQ(TailOf(path, 1), "two");
  dir_.Write("log", "");
  EXPECT_EQ(TailOf(path, 3), "");
  EXPECT_EQ(TailOf(dir_ / "nope", 3).error().code(), "not_found");
}

TEST_F(LogStoreTest, TheTailOfAnEndlessLineIsBounded) {
  const std::string path = dir_.Write("log", std::string(100000, 'x'));
  EXPECT_EQ(TailOf(path, 3, 1000)->size(), 1000U);
}

}  // namespace
}  // namespace odu::ledger
