#include "service/version.h"

#include <gtest/gtest.h>

namespace service {
namespace {

Skew Between(surface::ContractId theirs, surface::ContractId ours) {
  Skew skew;
  skew.what = "coordinator";
  skew.theirs.contract = std::move(theirs);
  skew.theirs.build = "0.1.0";
  skew.theirs.pid = 42;
  skew.ours = std::move(ours);
  skew.our_build = "0.2.0";
  return skew;
}

TEST(Version, TheSameMajorTalks) {
  EXPECT_TRUE(CanTalk({"odu", 1, 0}, {"odu", 1, 7}));
  EXPECT_FALSE(CanTalk({"odu", 1, 0}, {"odu", 2, 0}));
  EXPECT_FALSE(CanTalk({"odu", 1, 0}, {"lane", 1, 0}));
}

TEST(Version, AnOlderOneAtWorkIsLeftToItsOwnBuild) {
  Skew skew = Between({"odu", 1, 0}, {"odu", 2, 3});
  skew.has_work = true;
  const base::Error error = SkewError(skew);
  EXPECT_EQ(error.kind(), base::ErrorKind::kVersion);
  EXPECT_EQ(error.code(), "contract_mismatch");
  EXPECT_EQ(error.message(),
            "the running coordinator is older (build '0.1.0', contract odu 1.0; this is build "
            "'0.2.0', contract odu 2.3)");
  EXPECT_EQ(error.hint(), "it is at work: use the build that started it, or wait for its end");
}

TEST(Version, AnIdleOneMayBeRestarted) {
  Skew skew = Between({"odu", 3, 0}, {"odu", 2, 0});
  skew.has_work = false;
  EXPECT_TRUE(SkewError(skew).message().starts_with("the running coordinator is newer ("));
  EXPECT_EQ(SkewError(skew).hint(), "it has no work: restart it");
  skew.has_work.reset();
  EXPECT_EQ(SkewError(skew).hint(), "restart it, or use the build that started it");
}

TEST(Version, SomethingElseOnTheSocketIsSaidToBeSo) {
  const base::Error error = SkewError(Between({"drishti", 1, 0}, {"odu", 1, 0}));
  EXPECT_EQ(error.message(),
            "what answers is no coordinator: it speaks 'drishti 1.0' (build '0.1.0', pid 42)");
}

TEST(Version, TwoBuildsThatTalkAreOnlyNoted) {
  Skew skew = Between({"odu", 1, 0}, {"odu", 1, 1});
  EXPECT_EQ(SkewNote(skew),
            "the running coordinator is build '0.1.0', this is '0.2.0'; both speak odu 1");
  skew.our_build = skew.theirs.build;
  EXPECT_EQ(SkewNote(skew), "");
}

}  // namespace
}  // namespace service
