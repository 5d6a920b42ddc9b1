#include "odu/face/status_report.h"

#include <gtest/gtest.h>

#include <array>

#include "golden.h"
#include "sample_view.h"
#include "status_samples.h"

namespace odu::face {
namespace {

TEST(StatusReport, IsAsItWas) {
  View view = SampleView();
  view.coordinator = model::Coordinator{};
  view.coordinator->pid = 4711;
  view.coordinator->build = "0.1.0";
  view.coordinator->contract = "odu 1.0";
  view.coordinator->started_at = kStart - 5000;
  view.coordinator->started_by = "odu run (pid 4710)";
  ExpectGolden("status.json", StatusJson(view, kStart + 66'000));
  ExpectGolden("status.txt", StatusText(view, kStart + 66'000, false));
  ExpectGolden("status_colour.txt", StatusText(view, kStart + 66'000, true));
}

TEST(StatusReport, TheTimeThatIsLeftIsCountedFromNowAndNeverNegative) {
  View view = SampleView();
  const auto eta = [&view](int64_t now_ms) {
    const std::string json = StatusJson(view, now_ms);
    const size_t at = json.find("\"eta_ms\":");
    return json.substr(at, json.find(',', at) - at);
  };
  EXPECT_EQ(eta(kStart), "\"eta_ms\":null");
  view.run.eta_at = kStart + 90'000;
  EXPECT_EQ(eta(kStart + 66'000), "\"eta_ms\":24000");
  EXPECT_EQ(eta(kStart + 90'001), "\"eta_ms\":0");
  view.run.settled_at = kStart + 70'000;
  EXPECT_EQ(eta(kStart + 71'000), "\"eta_ms\":null");
}

TEST(StatusReport, WithNothingRunningTheRunIsNullAndTheLastIsNamed) {
  View view;
  view.run.last_run_id = "01K9TESTRUN00000000000000";
  view.run.last_ref = "26d2c2d#1";
  view.run.last_verdict = model::Verdict::kFailed;
  view.run.last_finished_at = kStart;
  EXPECT_EQ(StatusText(view, kStart + 2 * 3'600'000, false),
            "no run in progress; the last one was 26d2c2d#1, failed, 2 h ago\n");
  EXPECT_EQ(StatusJson(view, kStart),
            R"({"coordinator":null,"run":null,"lanes":[],"nodes":[],)"
            R"("last":{"ref":"26d2c2d#1","run_id":"01K9TESTRUN00000000000000",)"
            R"("verdict":"failed","finished_at":1790000000000},"unposted":[]})"
            "\n");
  EXPECT_EQ(StatusText(View(), kStart, false), "no run in progress\n");
}

TEST(StatusReport, RunsAreATable) {
  std::array runs{SampleRun("7f59054#10", std::nullopt), SampleRun("7f59054#9", {}),
                  SampleRun("26d2c2d#1", model::Verdict::kFailed),
                  SampleRun("1111111#1", model::Verdict::kPassed)};
  runs[0].live = true;
  runs[0].dirty = true;
  runs[0].scope.no_strict = true;
  runs[1].scope.selectors = {"lint", "test@x86_64-linux"};
  runs[1].scope.no_deps = true;
  runs[2].red = {"ci::lint@x86_64-linux", "fmt@x86_64-linux"};
  runs[3].checkout = "/home/me/kolu";
  ExpectGolden("runs.txt", RunsText(runs, kStart + 3'700'000, false, false));
  ExpectGolden("runs_all_colour.txt", RunsText(runs, kStart + 3'700'000, true, true));
  ExpectGolden("runs.ndjson", RunsJson(runs));
  EXPECT_EQ(RunsText({}, kStart, false, false), "no runs yet\n");
}

TEST(StatusReport, ARunOfSomeRecipesSaysSo) {
  View view = SampleView();
  view.run.scope = model::Scope{};
  const auto first_line = [&view] {
    const std::string text = StatusText(view, kStart, false);
    return text.substr(0, text.find('\n'));
  };
  const std::string whole = first_line();
  view.run.scope.selectors = {"lint", "test@x86_64-linux"};
  view.run.scope.no_deps = true;
  EXPECT_EQ(first_line(), whole + " · lint test@x86_64-linux, without needs");
}

}  // namespace
}  // namespace odu::face
