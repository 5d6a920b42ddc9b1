#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "odu/lane/log_mask.h"

namespace odu::lane {

/// What LogMask promises, said plainly and slowly over the whole text.
inline std::string NaivelyMasked(std::string_view text, std::span<const std::string> values) {
  std::vector<std::string> wanted;
  for (const std::string& value : values) {
    std::vector<std::string> parts{value};
    std::string line;
    for (const char c : value + "\n") {
      if (c != '\n') {
        line += c;
        continue;
      }
      while (!line.empty() && std::string_view(" \t\r\v\f").find(line.back()) < 5) {
        line.pop_back();
      }
      while (!line.empty() && std::string_view(" \t\r\v\f").find(line.front()) < 5) {
        line.erase(0, 1);
      }
      parts.push_back(std::exchange(line, {}));
    }
    for (const std::string& part : parts) {
      if (MaskedValues::IsMaskable(part)) {
        wanted.push_back(part);
      }
    }
  }
  std::vector<bool> covered(text.size());
  for (const std::string& value : wanted) {
    for (size_t at = text.find(value); at != std::string_view::npos;
         at = text.find(value, at + 1)) {
      for (size_t i = at; i < at + value.size(); ++i) {
        covered[i] = true;
      }
    }
  }
  std::string masked;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!covered[i]) {
      masked += text[i];
    } else if (i == 0 || !covered[i - 1]) {
      masked += kMask;
    }
  }
  return masked;
}

/// The longest end of `text` that is the beginning of one of `values`, none of which has lines.
inline size_t UndecidedEnd(std::string_view text, std::span<const std::string> values) {
  size_t longest = 0;
  for (const std::string& value : values) {
    for (size_t length = 1; length < value.size(); ++length) {
      if (text.ends_with(std::string_view(value).substr(0, length))) {
        longest = std::max(longest, length);
      }
    }
  }
  return longest;
}

}  // namespace odu::lane
