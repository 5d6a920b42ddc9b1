#pragma once

#include <cstdint>
#include <string>

#include "odu/model/care_report.h"

/// What `odu prune` and `odu doctor` print for people. Pure.
namespace odu::face {

/// "1.5 GiB", "12 KiB", "0 KiB".
std::string ShownBytes(uint64_t bytes);

std::string PruneText(const model::PruneReport& report, int64_t now_ms);
std::string DoctorText(const model::DoctorReport& report, bool colour);

}  // namespace odu::face
