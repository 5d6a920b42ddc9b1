#include "base/utf8.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "base/text.h"

namespace base {
namespace {

struct Lead {
  uint8_t length;       ///< of the character
  uint8_t bits;         ///< payload mask of the lead byte
  uint8_t second_low;   ///< bounds of the second byte: they exclude overlong forms, surrogates
  uint8_t second_high;  ///< and what lies above U+10FFFF
};

constexpr Lead LeadOf(uint8_t byte) {
  if (byte < 0xc2 || byte > 0xf4) {
    return {0, 0, 0, 0};
  }
  if (byte < 0xe0) {
    return {2, 0x1f, 0x80, 0xbf};
  }
  if (byte < 0xf0) {
    return {3, 0x0f, static_cast<uint8_t>(byte == 0xe0 ? 0xa0 : 0x80),
            static_cast<uint8_t>(byte == 0xed ? 0x9f : 0xbf)};
  }
  return {4, 0x07, static_cast<uint8_t>(byte == 0xf0 ? 0x90 : 0x80),
          static_cast<uint8_t>(byte == 0xf4 ? 0x8f : 0xbf)};
}

constexpr std::array<Lead, 256> kLeads = [] {
  std::array<Lead, 256> leads{};
  for (size_t byte = 0; byte < leads.size(); ++byte) {
    leads[byte] = LeadOf(static_cast<uint8_t>(byte));
  }
  return leads;
}();

uint8_t ByteAt(std::string_view bytes, size_t at) {
  return static_cast<uint8_t>(bytes[at]);
}

uint64_t EightAt(std::string_view bytes, size_t at) {
  uint64_t eight = 0;
  std::memcpy(&eight, bytes.data() + at, sizeof(eight));
  return eight;
}

}  // namespace

Utf8Character Utf8At(std::string_view bytes, size_t at) {
  const uint8_t first = ByteAt(bytes, at);
  if (first < 0x80) {
    return {first, 1};
  }
  const Lead& lead = kLeads[first];
  if (lead.length == 0 || bytes.size() - at < lead.length) {
    return {};
  }
  const uint8_t second = ByteAt(bytes, at + 1);
  if (second < lead.second_low || second > lead.second_high) {
    return {};
  }
  char32_t value = (char32_t{first} & lead.bits) << 6 | (second & 0x3f);
  for (size_t i = 2; i < lead.length; ++i) {
    const uint8_t next = ByteAt(bytes, at + i);
    if ((next & 0xc0) != 0x80) {
      return {};
    }
    value = value << 6 | (next & 0x3f);
  }
  return {value, lead.length};
}

size_t AsciiRun(std::string_view bytes, size_t at) {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  const size_t start = at;
  for (; at + 32 <= bytes.size(); at += 32) {
    const uint64_t any = EightAt(bytes, at) | EightAt(bytes, at + 8) | EightAt(bytes, at + 16) |
                         EightAt(bytes, at + 24);
    if ((any & kHighBits) != 0) {
      break;
    }
  }
  for (; at + 8 <= bytes.size() && (EightAt(bytes, at) & kHighBits) == 0; at += 8) {
  }
  return at - start;
}

bool IsUtf8(std::string_view bytes) {
  size_t at = 0;
  while (at < bytes.size()) {
    if (ByteAt(bytes, at) < 0x80) {
      at += AsciiRun(bytes, at);
      while (at < bytes.size() && ByteAt(bytes, at) < 0x80) {
        ++at;
      }
      continue;
    }
    const size_t length = Utf8At(bytes, at).length;
    if (length == 0) {
      return false;
    }
    at += length;
  }
  return true;
}

size_t Utf8PrefixLength(std::string_view bytes) {
  // Only a character that begins in the last three bytes can be cut.
  for (size_t back = 1; back <= 3 && back <= bytes.size(); ++back) {
    const size_t at = bytes.size() - back;
    const uint8_t first = ByteAt(bytes, at);
    if ((first & 0xc0) == 0x80) {
      continue;
    }
    const Lead& lead = kLeads[first];
    const bool possible = back == 1 || (ByteAt(bytes, at + 1) >= lead.second_low &&
                                        ByteAt(bytes, at + 1) <= lead.second_high);
    return lead.length > back && possible ? at : bytes.size();
  }
  return bytes.size();
}

}  // namespace base
