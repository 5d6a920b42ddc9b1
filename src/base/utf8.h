#pragma once

#include <cstddef>
#include <string_view>

namespace base {

/// One character of UTF-8; `length` 0 where the bytes are none.
struct Utf8Character {
  char32_t value = 0;
  size_t length = 0;
};

/// The character that starts at `bytes[at]`; strict: no overlong forms, no surrogates, at most
/// U+10FFFF.
Utf8Character Utf8At(std::string_view bytes, size_t at);

/// How many bytes from `at` on are ASCII, in steps of 8: at most 7 fewer than there are.
size_t AsciiRun(std::string_view bytes, size_t at);

}  // namespace base
