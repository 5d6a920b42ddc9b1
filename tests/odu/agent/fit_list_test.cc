#include "odu/agent/fit_list.h"

#include <gtest/gtest.h>

#include <string>

#include "odu/agent/look_shapes.h"

namespace odu::agent {
namespace {

ShowOut Shown(size_t nodes, size_t owed) {
  ShowOut out;
  for (size_t i = 0; i < nodes; ++i) {
    model::NodeReport node;
    node.name = "node" + std::to_string(i) + "@x86_64-linux";
    node.log = std::string(100, 'l');
    out.nodes.push_back(node);
  }
  for (size_t i = 0; i < owed; ++i) {
    out.owed.push_back("owed" + std::to_string(i) + "@x86_64-linux");
  }
  return out;
}

TEST(FitList, WhatFitsStaysAsItIs) {
  ShowOut out = Shown(20, 100);
  FitList(out, {&out.owed}, out.nodes);
  EXPECT_EQ(out.nodes.size(), 20u);
  EXPECT_EQ(out.owed.size(), 100u);
  EXPECT_FALSE(out.has_more);
}

TEST(FitList, NamesGoFirstThenTheLastOfTheItems) {
  ShowOut names = Shown(20, 2000);
  FitList(names, {&names.owed}, names.nodes);
  EXPECT_EQ(names.nodes.size(), 20u);
  EXPECT_LT(names.owed.size(), 2000u);
  EXPECT_TRUE(names.has_more);
  ShowOut items = Shown(300, 2000);
  FitList(items, {&items.owed}, items.nodes);
  EXPECT_LE(surface::Encoded(items).size(), kAnswerBytes);
  EXPECT_EQ(items.nodes.front().name, "node0@x86_64-linux");
  EXPECT_TRUE(items.has_more);
  ShowOut one = Shown(1, 0);
  one.nodes[0].reason = std::string(kAnswerBytes, 'r');
  FitList(one, {}, one.nodes);
  EXPECT_EQ(one.nodes.size(), 1u);
}

}  // namespace
}  // namespace odu::agent
