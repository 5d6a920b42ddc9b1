#include "odu/model/host_system.h"

#include <gtest/gtest.h>

namespace odu::model {
namespace {

TEST(HostSystem, AMachineServesItsOwnSystemAndTheSmallerOneOfItsFamily) {
  EXPECT_TRUE(CanServe("x86_64-linux", "x86_64-linux"));
  EXPECT_TRUE(CanServe("aarch64-darwin", "aarch64-darwin"));
  EXPECT_TRUE(CanServe("x86_64-linux", "i686-linux"));
}

TEST(HostSystem, NothingElseIsServed) {
  EXPECT_FALSE(CanServe("i686-linux", "x86_64-linux"));
  EXPECT_FALSE(CanServe("aarch64-linux", "x86_64-linux"));
  EXPECT_FALSE(CanServe("x86_64-linux", "aarch64-linux"));
  EXPECT_FALSE(CanServe("x86_64-linux", "x86_64-darwin"));
  EXPECT_FALSE(CanServe("x86_64-darwin", "i686-darwin"));
  EXPECT_FALSE(CanServe("aarch64-linux", "armv7l-linux"));
  EXPECT_FALSE(CanServe("", "x86_64-linux"));
}

TEST(HostSystem, ARefusalNamesBothSystemsAndARemedy) {
  EXPECT_TRUE(CheckSystem("pi", "aarch64-linux", "aarch64-linux"));
  const auto refused = CheckSystem("me@pi", "aarch64-linux", "x86_64-linux");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), "wrong_system");
  EXPECT_EQ(refused.error().message(), "host 'me@pi' is aarch64-linux, the lane is x86_64-linux");
  EXPECT_EQ(refused.error().hint(),
            "name it as the host of aarch64-linux, or give x86_64-linux another one");
}

}  // namespace
}  // namespace odu::model
