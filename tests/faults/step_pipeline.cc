#include "faults/step_pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "faults/dice.h"

namespace odu::faults {

using model::NodeStatus;

namespace {

constexpr std::string_view kPadding = " of the known sequence";

std::string_view WordOf(StepKind kind) {
  switch (kind) {
    case StepKind::kQuick:
      return "quick";
    case StepKind::kSlow:
      return "slow";
    case StepKind::kFailing:
      return "failing";
    case StepKind::kNoisy:
      return "noisy";
    case StepKind::kEscaping:
      return "escaping";
    case StepKind::kSilent:
      return "silent";
    case StepKind::kHeld:
      return "held";
  }
  return "?";
}

int LinesOf(StepKind kind, Dice& dice) {
  switch (kind) {
    case StepKind::kSilent:
      return 0;
    case StepKind::kNoisy:
      return 30'000;
    case StepKind::kSlow:
      return dice.Between(4, 12);
    default:
      return dice.Between(1, 60);
  }
}

}  // namespace

std::string StepPipeline::StepProgram(std::string_view witness, std::string_view held_until) {
  return fmt::format(R"(#!/bin/sh
# step NAME KIND LINES
echo "$1 $ODU_ATTEMPT begins" >> '{0}'
case $2 in
  silent) sleep 0.05 ;;
  held) until [ -e '{2}' ]; do sleep 0.02; done ;;
  slow)
    line=1
    while [ "$line" -le "$3" ]; do
      echo "$1 $line{1}"
      sleep 0.05
      line=$((line + 1))
    done
    ;;
  *) seq -f "$1 %.0f{1}" 1 "$3" ;;
esac
if [ "$2" = escaping ]; then
  (setsid sleep 600 &)
fi
echo "$1 $ODU_ATTEMPT ends" >> '{0}'
[ "$2" != failing ] || exit 3
)",
                     witness, kPadding, held_until);
}

void StepPipeline::Hold() {
  Step step;
  step.name = "held";
  step.kind = StepKind::kHeld;
  steps.push_back(std::move(step));
}

std::string StepPipeline::Justfile() const {
  std::string text = "[metadata(\"ci\")]\nci:";
  for (const Step& step : steps) {
    text += " " + step.name;
  }
  text += "\n";
  for (const Step& step : steps) {
    text += step.name + ":";
    for (const size_t need : step.needs) {
      text += " " + steps[need].name;
    }
    text += fmt::format("\n  @./step {} {} {}\n", step.name, WordOf(step.kind), step.lines);
  }
  return text;
}

std::string StepPipeline::Printed(const Step& step) {
  std::string text;
  for (int line = 1; line <= step.lines; ++line) {
    text += fmt::format("{} {}{}\n", step.name, line, kPadding);
  }
  return text;
}

std::vector<NodeStatus> StepPipeline::Undisturbed() const {
  std::vector<NodeStatus> statuses;
  for (const Step& step : steps) {
    const bool can = std::ranges::all_of(
        step.needs, [&](size_t need) { return statuses[need] == NodeStatus::kOk; });
    if (!can) {
      statuses.push_back(NodeStatus::kSkipped);
    } else {
      statuses.push_back(step.kind == StepKind::kFailing ? NodeStatus::kFailed : NodeStatus::kOk);
    }
  }
  return statuses;
}

StepPipeline PipelineOf(uint64_t seed) {
  // One slow step early: what is done to a run shall find it running.
  constexpr std::array kKinds = {StepKind::kQuick, StepKind::kSlow,     StepKind::kSlow,
                                 StepKind::kNoisy, StepKind::kEscaping, StepKind::kSilent};
  Dice dice(seed + 0x5eed);
  StepPipeline pipeline;
  const int count = dice.Between(5, 8);
  const int failing = dice.OnceIn(3) ? dice.Between(1, count - 1) : -1;
  for (int number = 0; number < count; ++number) {
    Step step;
    step.name = fmt::format("n{}", number);
    step.kind = number == 0 ? StepKind::kSlow
                            : kKinds[static_cast<size_t>(dice.Between(0, kKinds.size() - 1))];
    if (number == failing) {
      step.kind = StepKind::kFailing;
    }
    step.lines = LinesOf(step.kind, dice);
    for (int need = 0; need < number; ++need) {
      if (dice.OnceIn(3)) {
        step.needs.push_back(static_cast<size_t>(need));
      }
    }
    pipeline.steps.push_back(std::move(step));
  }
  return pipeline;
}

}  // namespace odu::faults
