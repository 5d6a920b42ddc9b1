#include "odu/coordinator/secrets.h"

#include <gtest/gtest.h>

namespace odu::coordinator {
namespace {

TEST(Secrets, EveryValueIsReplacedWhereverItStands) {
  Secrets secrets;
  EXPECT_EQ(secrets.Masked("hunter2"), "hunter2");
  secrets.Add({"hunter2"});
  EXPECT_EQ(secrets.Masked("hunter2"), "***");
  EXPECT_EQ(secrets.Masked("ahunter2hunter2b hunter"), "a***b hunter");
  EXPECT_EQ(secrets.Masked(""), "");
}

TEST(Secrets, ValuesMayOverlap) {
  Secrets secrets;
  secrets.Add({"hunter", "hunter2", "ter2door"});
  EXPECT_EQ(secrets.Masked("hunter2 hunter3"), "*** ***3");
  EXPECT_EQ(secrets.Masked("hunter2doors"), "***s");
}

TEST(Secrets, ALineOfAValueIsASecretToo) {
  Secrets secrets;
  secrets.Add({"first\n  second\n}"});
  EXPECT_EQ(secrets.Masked("second {}"), "*** {}");
  EXPECT_EQ(secrets.Masked("first\n  second\n}"), "***");
}

TEST(Secrets, AValueThatWouldTearEveryTextApartIsNone) {
  Secrets secrets;
  secrets.Add({"", "1", "abc"});
  EXPECT_EQ(secrets.Masked("1abc"), "1abc");
}

}  // namespace
}  // namespace odu::coordinator
