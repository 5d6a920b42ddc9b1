#include "odu/terminal/log_scan.h"

#include <algorithm>
#include <array>

namespace odu::terminal {
namespace {

constexpr size_t kMaxLineBytes = size_t{64} << 10;

/// Words that open an error in what compilers, test runners and shells print.
constexpr std::array<std::string_view, 9> kErrorWords{
    "error", "fatal", "panic", "failed", "failure", "fail", "traceback", "exception", "assertion"};

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool IsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string Lowered(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), Lower);
  return lowered;
}

/// "0 failed" and "no errors" are good news.
bool IsNone(std::string_view before) {
  while (before.ends_with(' ')) {
    before.remove_suffix(1);
  }
  return before == "0" || before.ends_with(" 0") || before == "no" || before.ends_with(" no");
}

bool ReadsLikeAnError(std::string_view line) {
  const std::string text = Lowered(line);
  for (const std::string_view word : kErrorWords) {
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
      const bool starts = at == 0 || !IsWord(text[at - 1]);
      size_t end = at + word.size();
      if (end < text.size() && text[end] == 's') {
        ++end;
      }
      const bool ends = end >= text.size() || !IsWord(text[end]);
      if (starts && ends && !IsNone(std::string_view(text).substr(0, at))) {
        return true;
      }
    }
  }
  return false;
}

/// The first byte after the sequence that starts at `at`, where an ESC stands.
size_t EndOfEscape(std::string_view line, size_t at) {
  ++at;
  if (at >= line.size()) {
    return at;
  }
  const char kind = line[at++];
  if (kind >= 0x20 && kind < 0x30) {
    // A character set: ESC ( B.
    return std::min(at + 1, line.size());
  }
  if (kind == '[') {
    while (at < line.size() && (line[at] < 0x40 || line[at] > 0x7e)) {
      ++at;
    }
    return std::min(at + 1, line.size());
  }
  if (kind == ']' || kind == 'P' || kind == '_' || kind == '^' || kind == 'X') {
    while (at < line.size() && line[at] != '\a' && line[at] != '\x1b') {
      ++at;
    }
    const bool is_st = at + 1 < line.size() && line[at] == '\x1b' && line[at + 1] == '\\';
    return std::min(at + (is_st ? 2 : 1), line.size());
  }
  return at;
}

}  // namespace

LogPattern LogPattern::Text(std::string needle) {
  LogPattern pattern;
  pattern.any_case_ = std::ranges::none_of(needle, [](char c) { return c >= 'A' && c <= 'Z'; });
  pattern.needle_ = std::move(needle);
  return pattern;
}

LogPattern LogPattern::Errors() {
  LogPattern pattern;
  pattern.errors_ = true;
  return pattern;
}

bool LogPattern::Matches(std::string_view line) const {
  if (errors_) {
    return ReadsLikeAnError(line);
  }
  if (needle_.empty()) {
    return false;
  }
  if (!any_case_) {
    return line.find(needle_) != std::string_view::npos;
  }
  return !std::ranges::search(line, needle_, {}, Lower, Lower).empty();
}

std::string WithoutEscapes(std::string_view line) {
  std::string text;
  text.reserve(line.size());
  for (size_t at = 0; at < line.size();) {
    const char c = line[at];
    if (c == '\x1b') {
      at = EndOfEscape(line, at);
      continue;
    }
    if (c == '\t') {
      text += ' ';
    } else if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) {
      text += c;
    }
    ++at;
  }
  return text;
}

void LogScan::Take(std::string_view line) {
  const bool found = line.find('\x1b') == std::string_view::npos
                         ? pattern_.Matches(line)
                         : pattern_.Matches(WithoutEscapes(line));
  if (found) {
    if (!first_.has_value()) {
      first_ = line_offset_;
    }
    last_ = line_offset_;
  }
}

void LogScan::Feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t newline = bytes.find('\n');
    if (newline == std::string_view::npos) {
      rest_ += bytes.substr(0, kMaxLineBytes - std::min(rest_.size(), kMaxLineBytes));
      rest_bytes_ += bytes.size();
      return;
    }
    if (rest_.empty() && rest_bytes_ == 0) {
      Take(bytes.substr(0, std::min(newline, kMaxLineBytes)));
    } else {
      rest_ +=
          bytes.substr(0, std::min(newline, kMaxLineBytes - std::min(rest_.size(), kMaxLineBytes)));
      Take(rest_);
    }
    line_offset_ += rest_bytes_ + newline + 1;
    rest_.clear();
    rest_bytes_ = 0;
    bytes.remove_prefix(newline + 1);
  }
}

void LogScan::Finish() {
  if (rest_bytes_ > 0) {
    Take(rest_);
    line_offset_ += rest_bytes_;
    rest_.clear();
    rest_bytes_ = 0;
  }
}

}  // namespace odu::terminal
