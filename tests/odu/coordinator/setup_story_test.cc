#include "odu/coordinator/setup_story.h"

#include <gtest/gtest.h>

#include "os/file_system.h"
#include "support/temp_dir.h"

namespace odu::coordinator {
namespace {

class SetupStoryTest : public ::testing::Test {
 protected:
  std::string File() const { return os::ReadFile(path_, size_t{1} << 20).value_or("(none)"); }

  support::TempDir dir_;
  std::string path_ = dir_ / "logs/_ci-setup.1.log";
  SetupStory story_{path_, "host:ant"};
};

TEST_F(SetupStoryTest, EachLineIsInTheFileAtOnceAndTheLaneGetsTheSameBytes) {
  story_.Tell("probing");
  EXPECT_EQ(File(), "[host:ant] probing\n");
  story_.Tell("two\nlines \x1b[31mred");
  EXPECT_EQ(story_.Text(), File());
  EXPECT_EQ(File().find('\x1b'), std::string::npos);
}

TEST_F(SetupStoryTest, NothingIsAddedOnceTheLaneWrites) {
  story_.Tell("probing");
  story_.End();
  story_.Tell("retrying");
  EXPECT_EQ(File(), "[host:ant] probing\n");
}

TEST_F(SetupStoryTest, ALineThatAnEarlierOwnerLeftHalfIsEnded) {
  ASSERT_TRUE(os::MakeDirs(dir_ / "logs"));
  ASSERT_TRUE(os::WriteFileAtomic(path_, "[host:ant] pro"));
  EXPECT_EQ(story_.Text(), "[host:ant] pro\n");
  EXPECT_EQ(File(), "[host:ant] pro\n");
}

TEST_F(SetupStoryTest, ItsLengthIsBounded) {
  const std::string line(1000, 'x');
  for (int i = 0; i < 500; ++i) {
    story_.Tell(line);
  }
  EXPECT_LE(story_.Text().size(), SetupStory::kMaxBytes);
  EXPECT_GT(story_.Text().size(), SetupStory::kMaxBytes - 2000);
}

}  // namespace
}  // namespace odu::coordinator
