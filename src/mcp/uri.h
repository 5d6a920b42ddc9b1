#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mcp {

/// `text` as one segment of a URI: everything but letters, digits and `-._~` as %XX.
std::string EncodeSegment(std::string_view text);
/// What EncodeSegment encoded; nothing for a segment that is not well formed.
std::optional<std::string> DecodeSegment(std::string_view segment);

}  // namespace mcp
