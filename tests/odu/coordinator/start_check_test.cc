#include "odu/coordinator/start_check.h"

#include <gtest/gtest.h>

#include <functional>

namespace odu::coordinator {
namespace {

using model::RunStartRequest;

std::string CodeWith(const std::function<void(RunStartRequest&)>& change) {
  RunStartRequest request;
  request.request_id = "01ABC";
  request.cwd = "/";
  change(request);
  const auto checked = CheckStart(request);
  return checked ? "" : checked.error().code();
}

TEST(StartCheck, TakesAPlainRequest) {
  EXPECT_EQ(CodeWith([](RunStartRequest&) {}), "");
}

TEST(StartCheck, RefusesWhatIsMalformed) {
  EXPECT_EQ(CodeWith([](auto& r) { r.request_id = ""; }), "bad_request");
  EXPECT_EQ(CodeWith([](auto& r) { r.request_id = "a b"; }), "bad_request");
  EXPECT_EQ(CodeWith([](auto& r) { r.request_id = std::string(129, 'a'); }), "bad_request");
  EXPECT_EQ(CodeWith([](auto& r) { r.cwd = "relative"; }), "bad_request");
  EXPECT_EQ(CodeWith([](auto& r) { r.jobs = -1; }), "bad_request");
  EXPECT_EQ(CodeWith([](auto& r) { r.umask = 01000; }), "bad_request");
  EXPECT_EQ(CodeWith([](auto& r) { r.expected_sha = "HEAD"; }), "bad_request");
  EXPECT_EQ(CodeWith([](auto& r) { r.scope.selectors = {""}; }), "bad_request");
  EXPECT_EQ(CodeWith([](auto& r) { r.scope.root = std::string("a\0b", 3); }), "bad_request");
  EXPECT_EQ(CodeWith([](auto& r) { r.env = {"nonsense"}; }), "bad_environment");
}

TEST(StartCheck, RefusesWhatIsBeyondALimit) {
  EXPECT_EQ(CodeWith([](auto& r) { r.scope.selectors.assign(20'001, "a"); }), "request_too_large");
  EXPECT_EQ(CodeWith([](auto& r) { r.scope.selectors = {std::string(513, 'a')}; }),
            "request_too_large");
  EXPECT_EQ(CodeWith([](auto& r) { r.scope.platforms.assign(65, "a"); }), "request_too_large");
  EXPECT_EQ(CodeWith([](auto& r) { r.scope.pipeline_file = std::string(4097, 'a'); }),
            "request_too_large");
}

TEST(StartCheck, TargetsAreCheckedToo) {
  model::NodesRequest request;
  request.request_id = "a";
  request.targets = {"build"};
  EXPECT_TRUE(CheckNodes(request));
  request.targets = {""};
  EXPECT_FALSE(CheckNodes(request));
}

TEST(StartCheck, ShownTextIsOneShortHarmlessLine) {
  const std::string shown = ShownText("odu\nrun \x1b]52;c;x\a " + std::string(500, 'x'));
  EXPECT_EQ(shown.find('\n'), std::string::npos);
  EXPECT_EQ(shown.find('\x1b'), std::string::npos);
  EXPECT_LT(shown.size(), 300);
}

TEST(StartCheck, WhatARerunBringsIsCheckedToo) {
  model::NodesRequest request;
  request.request_id = "r1";
  request.targets = {"build"};
  EXPECT_TRUE(CheckNodes(request));
  request.umask = 01000;
  EXPECT_EQ(CheckNodes(request).error().code(), "bad_request");
  request.umask = 022;
  request.env = {"NAME"};
  EXPECT_EQ(CheckNodes(request).error().code(), "bad_environment");
}

}  // namespace
}  // namespace odu::coordinator
