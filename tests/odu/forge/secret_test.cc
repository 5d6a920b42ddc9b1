#include "odu/forge/secret.h"

#include <gtest/gtest.h>

namespace odu::forge {
namespace {

TEST(Secret, IsMaskedWhereverItStands) {
  const Secret secret("ghp_abc");
  EXPECT_EQ(secret.Masked("a ghp_abc b ghp_abcghp_abc"), "a *** b ******");
  EXPECT_EQ(Secret().Masked("as it is"), "as it is");
}

}  // namespace
}  // namespace odu::forge
