#pragma once

#include <cstdint>
#include <string>

#include "odu/model/run_report.h"

/// What `odu show`, `odu flakes` and `odu diff` print for people. Pure.
namespace odu::face {

std::string ShowText(const model::RunReport& report, int64_t now_ms, bool colour);
/// A line for each slow node of the run; empty when there is none.
std::string SlowText(const model::RunReport& report, bool colour);
/// The critical path of a run that took ten seconds or longer; else empty.
std::string LongPathText(const model::RunReport& report);
std::string FlakesText(const model::FlakesReport& report, int64_t now_ms, bool colour);
std::string DiffText(const model::RunDiff& diff, bool colour);

}  // namespace odu::face
