// What leaves the sanitiser does nothing to a terminal but colour it, and colour ends with its
// line.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "base/utf8.h"

namespace {

void Require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

/// The end of the SGR sequence at `at`.
size_t EndOfSgr(std::string_view text, size_t at) {
  Require(text.substr(at, 2) == "\x1b[");
  const size_t end = text.find_first_not_of("0123456789;:", at + 2);
  Require(end != std::string_view::npos && text[end] == 'm');
  return end;
}

void RequireHarmless(std::string_view text, bool may_colour) {
  Require(base::IsUtf8(text));
  bool coloured = false;
  for (size_t at = 0; at < text.size();) {
    const base::Utf8Character character = base::Utf8At(text, at);
    const char32_t c = character.value;
    if (c == 0x1b) {
      Require(may_colour);
      const size_t end = EndOfSgr(text, at);
      const std::string_view parameters = text.substr(at + 2, end - at - 2);
      coloured = parameters.find_first_not_of('0') != std::string_view::npos;
      at = end + 1;
      continue;
    }
    Require(c >= 0x20 || c == '\n' || c == '\t');
    Require(c < 0x7f || c > 0x9f);
    Require(c < 0x202a || c > 0x202e);
    Require(c < 0x2066 || c > 0x2069);
    Require(c != '\n' || !coloured);
    at += character.length;
  }
  Require(!coloured);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  RequireHarmless(base::Sanitised(bytes, true), true);
  RequireHarmless(base::Sanitised(bytes, false), false);
  RequireHarmless(base::Quoted(bytes), false);
  const size_t prefix = base::Utf8PrefixLength(bytes);
  Require(prefix <= size && size - prefix <= 3);
  Require(!base::IsUtf8(bytes) || prefix == size);
  Require(!base::IsUtf8(bytes.substr(0, prefix)) || prefix == size ||
          !base::IsUtf8(bytes.substr(0, prefix + 1)));
  return 0;
}
