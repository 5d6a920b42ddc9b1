#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "odu/model/node.h"

namespace odu::faults {

enum class StepKind {
  kQuick,
  kSlow,
  kFailing,   ///< exit 3 after its lines
  kNoisy,     ///< about 1 MB at once
  kEscaping,  ///< leaves a process in a session of its own, which holds its output open
  kSilent,    ///< prints nothing
  kHeld,      ///< waits for the file that StepProgram() is told of
};

struct Step {
  std::string name;
  StepKind kind = StepKind::kQuick;
  int lines = 0;
  std::vector<size_t> needs;  ///< of steps before it
};

/// A pipeline whose recipes print a known sequence and note in a witness file that they begin
/// (`<name> <attempt> begins`) and end (`<name> <attempt> ends`).
struct StepPipeline {
  std::vector<Step> steps;

  /// The justfile; it runs `./step`, whose text is StepProgram().
  std::string Justfile() const;
  static std::string StepProgram(std::string_view witness, std::string_view held_until = "");

  /// Adds a step that needs no other and ends when it is let go.
  void Hold();

  /// Every byte that the step itself prints.
  static std::string Printed(const Step& step);
  /// What a step comes to when nothing is done to the run.
  std::vector<model::NodeStatus> Undisturbed() const;
};

/// Five to eight steps.
StepPipeline PipelineOf(uint64_t seed);

}  // namespace odu::faults
