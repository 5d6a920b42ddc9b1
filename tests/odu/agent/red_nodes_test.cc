#include "odu/agent/red_nodes.h"

#include <gtest/gtest.h>

#include <string>

#include "surface/codec.h"

namespace odu::agent {
namespace {

RedNode Red(int number, size_t bytes) {
  RedNode red;
  red.node = "node" + std::to_string(number) + "@x86_64-linux";
  red.excerpt.text = "first\n";
  while (red.excerpt.text.size() < bytes) {
    red.excerpt.text += "a line with \"quotes\" and\ttabs\n";
  }
  red.excerpt.text += "last\n";
  return red;
}

TEST(RedNodes, AnAnswerThatFitsStaysAsItIs) {
  WaitOut out;
  out.red = {Red(1, 1000), Red(2, 1000)};
  const std::string before = surface::Encoded(out);
  FitAnswer(out);
  EXPECT_EQ(surface::Encoded(out), before);
  EXPECT_FALSE(out.has_more);
}

TEST(RedNodes, ALargeAnswerIsCutToItsBoundAndSaysSo) {
  WaitOut out;
  for (int i = 0; i < 8; ++i) {
    out.red.push_back(Red(i, 3000));
  }
  for (int i = 0; i < 2000; ++i) {
    out.failed.push_back("a::long::recipe::name" + std::to_string(i) + "@x86_64-linux");
    out.flaky.push_back("sometimes" + std::to_string(i) + "@x86_64-linux");
    out.unposted.push_back("ci/status" + std::to_string(i));
    out.skipped.push_back("another::recipe" + std::to_string(i) + "@x86_64-linux");
    out.unresolved.push_back("waiting" + std::to_string(i) + "@x86_64-linux");
  }
  FitAnswer(out);
  EXPECT_LE(surface::Encoded(out).size(), kAnswerBytes);
  EXPECT_TRUE(out.has_more);
  EXPECT_FALSE(out.failed.empty());
  ASSERT_FALSE(out.red.empty());
  // What is left begins and ends as it did.
  EXPECT_TRUE(out.red[0].excerpt.text.starts_with("first\n"));
  EXPECT_TRUE(out.red[0].excerpt.text.ends_with("last\n"));
}

}  // namespace
}  // namespace odu::agent
