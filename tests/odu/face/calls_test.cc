#include "odu/face/calls.h"

#include <gtest/gtest.h>

namespace odu::face {
namespace {

using Words = std::vector<std::string>;

Invocation Parsed(const Words& words) {
  const auto parsed = ParseCommandLine(words);
  EXPECT_TRUE(parsed.has_value()) << (parsed ? "" : parsed.error().message());
  return parsed.value_or(Invocation());
}

CallerFacts Facts() {
  CallerFacts facts;
  facts.cwd = "/home/me/kolu";
  facts.environment = os::Environment({"PATH=/bin"});
  facts.umask = 077;
  facts.pid = 42;
  facts.request_id = "r1";
  return facts;
}

TEST(Calls, ARunIsToldEverythingThatWasAskedFor) {
  const auto call = RunCallOf(Parsed({"run",           "build",
                                      "--platform",    "x86_64-linux",
                                      "--host",        "x86_64-linux=localhost",
                                      "--host",        "aarch64-darwin=me@mac=1",
                                      "--root",        "all",
                                      "--pipeline",    "p.json",
                                      "--no-deps",     "--no-strict",
                                      "--no-snapshot", "--no-post",
                                      "--jobs",        "3",
                                      "--supersede",   "--detach",
                                      "--progress",    "json=2"}),
                              Facts());
  ASSERT_TRUE(call.has_value()) << call.error().message();
  const model::RunStartRequest& start = call->start;
  EXPECT_EQ(start.request_id, "r1");
  EXPECT_EQ(start.scope.selectors, Words{"build"});
  EXPECT_EQ(start.scope.platforms, Words{"x86_64-linux"});
  EXPECT_EQ(start.scope.root, "all");
  EXPECT_EQ(start.scope.pipeline_file, "p.json");
  EXPECT_TRUE(start.scope.no_deps && start.scope.no_strict && start.scope.no_snapshot &&
              start.scope.no_post);
  EXPECT_EQ(start.hosts, (std::map<std::string, std::string>{{"x86_64-linux", "localhost"},
                                                             {"aarch64-darwin", "me@mac=1"}}));
  EXPECT_EQ(start.jobs, 3);
  EXPECT_EQ(start.when_busy, model::WhenBusy::kSupersede);
  EXPECT_EQ(start.cwd, "/home/me/kolu");
  EXPECT_EQ(start.env, Words{"PATH=/bin"});
  EXPECT_EQ(start.umask, 077);
  EXPECT_EQ(start.started_by, "odu run (pid 42)");
  EXPECT_TRUE(call->detach);
  EXPECT_EQ(call->format, LineFormat::kNdjson2);
}

TEST(Calls, APlainRunAsksForNothingSpecial) {
  const auto call = RunCallOf(Parsed({"run"}), Facts());
  ASSERT_TRUE(call.has_value());
  EXPECT_EQ(call->start.scope, model::Scope());
  EXPECT_TRUE(call->start.hosts.empty());
  EXPECT_EQ(call->start.when_busy, model::WhenBusy::kRefuse);
  EXPECT_EQ(call->format, std::nullopt);
  EXPECT_FALSE(call->detach);
}

TEST(Calls, APinWithoutAPlatformOrAnAddressIsRefused) {
  for (const char* pin : {"foo", "=localhost", "x86_64-linux="}) {
    const auto call = RunCallOf(Parsed({"run", std::string("--host=") + pin}), Facts());
    ASSERT_FALSE(call.has_value()) << pin;
    EXPECT_EQ(call.error().code(), "bad_host");
    EXPECT_EQ(call.error().message(),
              std::string("--host expects PLATFORM=ADDR, got '") + pin + "'");
  }
}

TEST(Calls, LogsWaitAndCancelReadTheirOptions) {
  const auto logs =
      LogsCallOf(Parsed({"logs", "-f", "build", "--attempt", "2", "--offset=-7", "--raw"}));
  ASSERT_TRUE(logs.has_value());
  EXPECT_EQ(logs->node, "build");
  EXPECT_EQ(logs->attempt, 2);
  EXPECT_EQ(logs->offset, -7);
  EXPECT_TRUE(logs->follow && logs->raw);
  EXPECT_EQ(LogsCallOf(Parsed({"logs", "a", "--attempt", "0"})).error().code(), "bad_number");

  const auto wait = WaitCallOf(
      Parsed({"wait", "--settle", "--timeout", "3", "--expected-sha", "26d2", "--after", "c1"}));
  ASSERT_TRUE(wait.has_value());
  EXPECT_TRUE(wait->request.settle);
  EXPECT_EQ(wait->timeout_ms, 3000);
  EXPECT_EQ(wait->request.expected_sha, "26d2");
  EXPECT_EQ(wait->request.after, "c1");
  EXPECT_EQ(WaitCallOf(Parsed({"wait"}))->timeout_ms, std::nullopt);
  EXPECT_EQ(WaitCallOf(Parsed({"wait", "--timeout", "-1"})).error().code(), "bad_number");

  const CancelCall cancel = CancelCallOf(Parsed({"cancel", "a", "@x86_64-linux", "--at-once"}));
  EXPECT_EQ(cancel.targets, (Words{"a", "@x86_64-linux"}));
  EXPECT_TRUE(cancel.at_once);
  EXPECT_FALSE(cancel.as_json);
}

}  // namespace
}  // namespace odu::face
