#pragma once

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "odu/agent/evidence.h"

namespace odu::agent {

/// What one tool wrote at a line, or nothing.
using Finder = std::optional<Finding> (*)(Lines lines, size_t index);

/// More than this of one tool's no excerpt holds.
inline constexpr size_t kMostFindings = 200;

/// What the finders see first, in order; a line belongs to the first finding that takes it.
/// Warnings only take their lines: they did not make it red.
template <size_t N>
std::vector<Finding> FindAll(Lines lines, const Finder (&finders)[N]) {
  std::vector<Finding> findings;
  for (size_t i = 0; i < lines.size() && findings.size() < kMostFindings; ++i) {
    for (const Finder finder : finders) {
      if (auto finding = finder(lines, i)) {
        i = std::max(finding->end, i + 1) - 1;
        if (finding->annotation.level != "warning") {
          findings.push_back(std::move(*finding));
        }
        break;
      }
    }
  }
  return findings;
}

}  // namespace odu::agent
