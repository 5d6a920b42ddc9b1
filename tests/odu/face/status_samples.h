#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "odu/face/watcher.h"
#include "sample_view.h"

namespace odu::face {

inline model::RunSummary SampleRun(std::string ref, std::optional<model::Verdict> verdict) {
  model::RunSummary run;
  run.run_id = "01K9TESTRUN00000000000000";
  run.ref = std::move(ref);
  run.sha = "7f59054c0ffee000000000000000000000000000";
  run.pipeline = "ci";
  run.started_at = kStart;
  run.verdict = verdict;
  run.nodes = 9;
  if (verdict.has_value()) {
    run.finished_at = kStart + 61'000;
  }
  return run;
}

inline Idle SampleIdle() {
  Idle idle;
  idle.pipeline.name = "ci";
  idle.pipeline.sha = "7f59054c0ffee000000000000000000000000000";
  idle.pipeline.nodes = {
      model::PlannedNode{"build@x86_64-linux", {}},
      model::PlannedNode{"test@x86_64-linux", {"build@x86_64-linux", "lint@x86_64-linux"}}};
  idle.runs = {SampleRun("7f59054#2", model::Verdict::kFailed),
               SampleRun("7f59054#1", model::Verdict::kPassed)};
  return idle;
}

}  // namespace odu::face
