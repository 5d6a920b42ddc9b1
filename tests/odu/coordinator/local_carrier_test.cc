#include "odu/coordinator/local_carrier.h"

#include <gtest/gtest.h>

#include "os/file_lock.h"
#include "os/file_system.h"
#include "support/loop.h"
#include "support/temp_dir.h"

namespace odu::coordinator {
namespace {

class LocalCarrierTest : public ::testing::Test {
 protected:
  LocalCarrierTest() { EXPECT_TRUE(os::MakeDirs(folder_.path(), 0700)); }

  support::TempDir dir_;
  support::Loop loop_;
  async::SystemClock clock_;
  os::Reaper reaper_{loop_.executor()};
  model::LaneFolder folder_{dir_ / "lane"};
  LocalCarrier carrier_{loop_.executor(), clock_, reaper_, "/bin/false", folder_};
  base::Error cause_{base::ErrorKind::kGone, "closed", "the link died"};
};

TEST_F(LocalCarrierTest, ALaneWhoseLockIsHeldLivesWhateverBecameOfTheLink) {
  const auto lock = os::FileLock::TryLock(folder_.lock());
  ASSERT_TRUE(lock);
  EXPECT_EQ(carrier_.EndOf(cause_, true, true), std::nullopt);
}

TEST_F(LocalCarrierTest, ALaneWhoseLockIsFreeDied) {
  const auto end = carrier_.EndOf(cause_, true, true);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->kind, LaneEnd::Kind::kDied);
  EXPECT_EQ(end->reason, "lane died");
}

TEST_F(LocalCarrierTest, ARunnerThatEndsRedIsAFailedStart) {
  const auto started = loop_.Run(carrier_.Start());
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code(), "lane_not_started");
}

TEST_F(LocalCarrierTest, WithoutASocketThereIsNothingToDial) {
  const auto link = loop_.Run(carrier_.Dial());
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().kind(), base::ErrorKind::kGone);
}

}  // namespace
}  // namespace odu::coordinator
