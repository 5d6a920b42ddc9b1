#include "mcp/uri.h"

#include <gtest/gtest.h>

namespace mcp {
namespace {

TEST(Uri, ASegmentIsDecodedToWhatItWas) {
  for (const std::string text : {"ci::lint@x86_64-linux", "build(a%20b)@x", "", "ä/..", "%"}) {
    EXPECT_EQ(DecodeSegment(EncodeSegment(text)), text);
  }
  EXPECT_EQ(EncodeSegment("a@b"), "a%40b");
}

TEST(Uri, WhatIsNotWellFormedIsRefused) {
  for (const std::string_view text : {"a/b", "%", "%4", "%zz", "a%4"}) {
    EXPECT_FALSE(DecodeSegment(text)) << text;
  }
  EXPECT_EQ(DecodeSegment("a@b"), "a@b");
}

}  // namespace
}  // namespace mcp
