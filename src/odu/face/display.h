#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "odu/model/node.h"

/// Text laid out in the columns of a terminal.
namespace odu::face {

enum class Tint { kNone, kGreen, kRed, kYellow, kCyan, kDim, kBold };

/// `text` in that colour, unchanged without `colour`.
std::string Tinted(std::string_view text, Tint tint, bool colour);

/// `text` as a link (OSC 8) to the file at `path`, which is absolute; for terminals only.
std::string FileLink(std::string_view text, std::string_view path);

/// The colour that a status is shown in.
Tint TintOf(model::NodeStatus status);

/// Columns that `text` (UTF-8, may hold SGR sequences) takes on a terminal.
size_t DisplayWidth(std::string_view text);

/// `text` and blanks up to `columns`; longer text is left as it is.
std::string Padded(std::string_view text, size_t columns);

/// `text` cut to `columns`, its last one then being "…". SGR sequences are kept, and closed when
/// cut.
std::string Cut(std::string_view text, size_t columns);

/// "3s", "1m0s": Go style, floored to seconds; negative spans count as none.
std::string Span(int64_t milliseconds);

/// "just now", "5 min ago", "2 h ago", "3 days ago".
std::string Ago(int64_t milliseconds);

}  // namespace odu::face
