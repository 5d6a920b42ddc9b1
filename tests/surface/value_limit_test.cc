#include "surface/value_limit.h"

#include <gtest/gtest.h>

namespace surface {
namespace {

TEST(ValueLimit, WhatIsTooLargeIsNamed) {
  EXPECT_TRUE(CheckValueSize("cell", kMaxValueBytes));
  const auto refused = CheckValueSize("item 'a'", kMaxValueBytes + 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), base::ErrorKind::kLimit);
  EXPECT_EQ(refused.error().code(), "value_too_large");
  EXPECT_EQ(refused.error().message(), "item 'a': 7864321 bytes of JSON, at most 7864320");
}

}  // namespace
}  // namespace surface
