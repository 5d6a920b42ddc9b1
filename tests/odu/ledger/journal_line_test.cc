#include "odu/ledger/journal_line.h"

#include <gtest/gtest.h>

#include "ledger_fixture.h"

namespace odu::ledger {
namespace {

std::string Of(int64_t at, const JournalBody& body) {
  std::string out;
  EncodeLine(out, at, body);
  EXPECT_TRUE(out.ends_with("}\n"));
  out.pop_back();
  return out;
}

template <class T>
T Again(const T& body) {
  auto line = DecodeLine(Of(7, JournalBody(body)));
  EXPECT_TRUE(line.has_value());
  EXPECT_EQ(line->at, 7);
  return std::get<T>(line->body);
}

TEST(JournalLine, EveryTypeComesBackAsItWas) {
  LaneLine lane;
  lane.platform = "x86_64-linux";
  lane.detail = "tab\t, quote\", é";
  lane.ended = true;
  lane.came = false;
  lane.runner = "abc";
  lane.cancels.emplace_back();
  lane.cancels.back().request_id = "r";
  lane.cancels.back().nodes = {"build"};
  EXPECT_EQ(Again(lane), lane);
  OwnerLine owner;
  owner.epoch = UINT64_MAX;
  owner.pid = 12;
  owner.build = "odu 0.1";
  EXPECT_EQ(Again(owner), owner);
  SettledLine settled;
  settled.verdict = model::Verdict::kCancelled;
  settled.revision = 2;
  settled.content_id = "abc";
  EXPECT_EQ(Again(settled), settled);
  ClosedLine closed;
  closed.verdict = model::Verdict::kIncomplete;
  closed.reason = "superseded";
  EXPECT_EQ(Again(closed), closed);
  model::Node node = SampleNode("build(a b)", model::NodeStatus::kErrored, 3);
  node.exit_code = 137;
  node.duration_ms = 0;
  EXPECT_EQ(Again(node), node);
  std::string direct;
  EncodeLine(direct, 7, node);
  EXPECT_EQ(direct, Of(7, JournalBody(node)) + "\n");
}

TEST(JournalLine, TheCallersEnvironmentIsNeverWritten) {
  const std::string text = Of(1, JournalBody(SampleRequest()));
  EXPECT_EQ(text.find("SECRET"), std::string::npos);
  EXPECT_EQ(Again(SampleRequest()).request.request_id, "r1");
}

TEST(JournalLine, TheFormOnDiskIsPinned) {
  ClosedLine closed;
  closed.verdict = model::Verdict::kFailed;
  EXPECT_EQ(Of(1795151900123, JournalBody(closed)),
            R"({"t":"closed","at":1795151900123,"v":{"verdict":"failed","reason":""}})");
}

TEST(JournalLine, AFutureTypeIsKeptByItsName) {
  const auto line = DecodeLine(R"({"t":"weather","at":1,"v":{"sun":true}})");
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(std::get<UnknownLine>(line->body).type, "weather");
}

TEST(JournalLine, FutureFieldsAreIgnored) {
  const auto line = DecodeLine(R"({"t":"closed","at":1,"v":{"verdict":"passed","mood":1},"x":[]})");
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(std::get<ClosedLine>(line->body).verdict, model::Verdict::kPassed);
}

TEST(JournalLine, WhatNoOduWroteIsRefused) {
  for (const char* text :
       {"", "x", "{}", "[]", R"({"t":"closed","at":1})", R"({"t":1,"at":1,"v":{}})",
        R"({"t":"closed","at":"1","v":{"verdict":"passed"}})", R"({"t":"closed","at":1,"v":{}})",
        R"({"t":"closed","at":1,"v":{"verdict":"great"}})", R"({"t":"node","at":1,"v":[]})",
        "{\"t\":\"closed\",\"at\":1,\"v\":{\"verdict\":\"pass"}) {
    EXPECT_FALSE(DecodeLine(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace odu::ledger
