#include "odu/ledger/history.h"

#include <algorithm>
#include <vector>

namespace odu::ledger {
namespace {

constexpr size_t kLeastPasses = 3;
constexpr int64_t kSlowFactor = 2;
// Below it a busy machine says more than the node.
constexpr int64_t kLeastExcessMs = 1000;

}  // namespace

std::optional<int64_t> MedianOf(std::span<const int64_t> durations_ms) {
  if (durations_ms.empty()) {
    return std::nullopt;
  }
  std::vector<int64_t> sorted(durations_ms.begin(), durations_ms.end());
  std::ranges::sort(sorted);
  const size_t middle = sorted.size() / 2;
  if (sorted.size() % 2 == 1) {
    return sorted[middle];
  }
  return sorted[middle - 1] + (sorted[middle] - sorted[middle - 1]) / 2;
}

bool CanBeSlow(int64_t duration_ms) {
  return duration_ms >= kLeastExcessMs;
}

std::optional<int64_t> UsualIfSlow(int64_t duration_ms, std::span<const int64_t> passes_ms) {
  const std::optional<int64_t> usual = MedianOf(passes_ms);
  if (passes_ms.size() < kLeastPasses || duration_ms < kSlowFactor * *usual ||
      duration_ms - *usual < kLeastExcessMs) {
    return std::nullopt;
  }
  return usual;
}

}  // namespace odu::ledger
