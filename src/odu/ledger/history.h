#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace odu::ledger {

/// So many of a node's last passes are its history.
inline constexpr size_t kHistoryPasses = 20;

/// The middle one, the mean of the two middle ones for an even count; nothing for none.
std::optional<int64_t> MedianOf(std::span<const int64_t> durations_ms);

/// Whether a node of that duration can be slow at all: its history need not be asked for if not.
bool CanBeSlow(int64_t duration_ms);

/// What a node usually takes, when `duration_ms` is at least twice that; nothing when it is not, or
/// there are fewer than 3 earlier passes, or it is about less than a second.
std::optional<int64_t> UsualIfSlow(int64_t duration_ms, std::span<const int64_t> passes_ms);

}  // namespace odu::ledger
