#pragma once

#include <stdlib.h>
#include <time.h>

#include <string>
#include <string_view>

#include "odu/face/sample_view.h"
#include "odu/terminal/curses_screen.h"
#include "odu/terminal/log_document.h"
#include "odu/terminal/state.h"

namespace odu::terminal {

using face::Add;
using face::kLinux;
using face::kStart;
using face::SampleNode;

inline constexpr std::string_view kDarwin = "aarch64-darwin";

/// A screen of a test counts characters as a UTF-8 terminal does, and its clock shows UTC.
inline void UseTestTerminal() {
  setenv("TZ", "UTC", 1);
  tzset();
  UseUtf8();
}

/// A run on two platforms in all states, 64 s old.
inline State SampleState() {
  using model::NodeStatus;
  UseTestTerminal();
  State state;
  state.known = true;
  state.now_ms = kStart + 64'000;
  model::Run& run = state.live.run;
  run.run_id = "01K9TESTRUN00000000000000";
  run.ref = "7f59054#2";
  run.sha = "7f59054c0ffee000000000000000000000000000";
  run.sha7 = "7f59054";
  run.pipeline = "ci";
  run.phase = model::RunPhase::kRunning;
  run.started_at = kStart;
  run.eta_at = kStart + 124'000;
  for (const std::string_view platform : {kLinux, kDarwin}) {
    model::Lane lane;
    lane.platform = platform;
    lane.host = platform == kLinux ? "localhost" : "mac-1";
    lane.state = "connected";
    state.live.lanes.emplace(lane.platform, lane);
    Add(state.live, SampleNode("_ci-setup", NodeStatus::kOk, 0, 0, 120, platform));
    Add(state.live, SampleNode("build", NodeStatus::kOk, 1, 120, 3400, platform));
  }
  model::Node lint = SampleNode("ci::lint", NodeStatus::kFailed, 2, 120, 61'000);
  lint.exit_code = 3;
  lint.reason = "exit 3";
  Add(state.live, lint);
  model::Node fmt = SampleNode("fmt", NodeStatus::kErrored, 3, 200, 900);
  fmt.reason = "disk full";
  Add(state.live, fmt);
  model::Node docs = SampleNode("docs", NodeStatus::kSkipped, 4);
  docs.reason = "skipped: ci::lint failed";
  Add(state.live, docs);
  model::Node test = SampleNode("test", NodeStatus::kRunning, 5, 3600);
  test.attempt = 2;
  Add(state.live, test);
  Add(state.live, SampleNode("test", NodeStatus::kPending, 5, {}, {}, kDarwin));
  Add(state.live, SampleNode("slow", NodeStatus::kCancelled, 6, 300, 5000, kDarwin));
  int64_t at = 1000;
  for (const auto& [name, node] : state.live.nodes) {
    if (model::IsTerminal(node.status)) {
      EventLine event;
      event.at = kStart + at;
      event.status = node.status;
      event.node = name;
      event.text = std::string(model::StatusName(node.status)) + " " + name;
      AddEvent(state, std::move(event));
      at += 1000;
    }
  }
  SettleFocus(state);
  return state;
}

/// A log that colours, overwrites itself and speaks Chinese.
inline void FillSampleLog(LogDocument& log) {
  log.Append("compiling 1/3\rcompiling 2/3\rcompiling 3/3\n");
  log.Append("\x1b[32mok\x1b[0m plain \x1b[1;31merror:\x1b[0m bad thing\n");
  log.Append("漢字 wide, e\xcc\x81 combined\n");
  for (int i = 0; i < 40; ++i) {
    log.Append("line " + std::to_string(i) + "\n");
  }
}

}  // namespace odu::terminal
