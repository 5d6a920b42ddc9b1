#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace odu::agent {

/// `path:line[:column]` at the beginning of a text, as compilers write it.
struct FilePlace {
  std::string_view file;
  int64_t line = 0;
  std::optional<int64_t> column;
  size_t length = 0;  ///< how much of the text it takes, its last ':' not counted
};

/// Nothing unless there is a plausible file name, a ':' and a number.
std::optional<FilePlace> PlaceAt(std::string_view text);

/// The number that a text begins with; at most nine digits.
std::optional<int64_t> NumberAt(std::string_view text, size_t& digits);

/// The text from there on; nothing when it is shorter. (substr would throw.)
std::string_view From(std::string_view text, size_t at);
std::string_view Trim(std::string_view text);
/// How many blanks it begins with.
size_t Indent(std::string_view text);

}  // namespace odu::agent
