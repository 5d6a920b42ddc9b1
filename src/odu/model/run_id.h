#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace odu::model {

/// A new run id (a ULID: 48 bits of time, 80 random ones, 26 characters of Crockford's base 32, in
/// upper case): unique everywhere, and by name in the order of their milliseconds. Also what faces
/// use as request ids.
std::string NewRunId(int64_t wall_ms);

/// The same from given random bits: `high` is the upper 16, `low` the lower 64.
std::string MakeRunId(int64_t wall_ms, uint16_t high, uint64_t low);

/// True for what NewRunId makes: safe as a path segment.
bool IsRunId(std::string_view text);

/// When it was made, epoch milliseconds; empty when `text` is no run id.
std::optional<int64_t> TimeOfRunId(std::string_view text);

}  // namespace odu::model
