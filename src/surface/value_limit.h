#pragma once

#include <cstddef>
#include <string_view>

#include "base/error.h"

namespace surface {

/// The longest message, newline not counted, that every link carries (design.md section 3,
/// "Limits").
inline constexpr size_t kMaxMessageBytes = size_t{8} << 20;

/// The most that one value may take as JSON: a cell's fields, a collection's item with its key, an
/// occurrence, an answer. What is left of a message is for what stands around it: its numbers, and
/// the items that came before in the same part.
inline constexpr size_t kMaxValueBytes = kMaxMessageBytes - (size_t{512} << 10);

/// kLimit "value_too_large" when a value of so many bytes would not fit into a message. `what`
/// names it for people.
base::Result<void> CheckValueSize(std::string_view what, size_t bytes);

}  // namespace surface
