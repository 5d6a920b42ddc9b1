#include "odu/plan/just_lexer.h"

#include <algorithm>
#include <array>

namespace odu::plan {
namespace {

/// Strings inside interpolations inside format strings …: deeper than this is skipped bluntly.
constexpr int kMaxNesting = 32;

bool IsNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool IsNameByte(char c) {
  return IsNameStart(c) || (c >= '0' && c <= '9') || c == '-';
}

bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

/// The delimiter that opens at the start of `text`: longest first, so that ''' is not '' and '.
std::string_view DelimiterAt(std::string_view text) {
  constexpr std::array<std::string_view, 6> kDelimiters{"'''", "\"\"\"", "```", "'", "\"", "`"};
  for (const std::string_view delimiter : kDelimiters) {
    if (text.starts_with(delimiter)) {
      return delimiter;
    }
  }
  return {};
}

/// Removes what all non-blank lines of a triple-quoted string are indented by, and its first
/// newline, as just does.
std::string Unindented(std::string_view text) {
  if (text.starts_with('\n')) {
    text.remove_prefix(1);
  } else if (text.starts_with("\r\n")) {
    text.remove_prefix(2);
  }
  std::vector<std::string_view> lines;
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, end - start + (end < text.size() ? 1 : 0)));
    start = end + 1;
  }
  size_t common = std::string_view::npos;
  for (const std::string_view line : lines) {
    const size_t indent = line.find_first_not_of(" \t");
    if (indent != std::string_view::npos && line[indent] != '\n' && line[indent] != '\r') {
      common = std::min(common, indent);
    }
  }
  std::string out;
  for (const std::string_view line : lines) {
    const bool blank = line.find_first_not_of(" \t\r\n") == std::string_view::npos;
    if (blank) {
      out += line.ends_with('\n') ? "\n" : "";
    } else {
      out += line.substr(common);
    }
  }
  return out;
}

/// Resolves the escapes of a double-quoted string; false for one that just does not know.
bool Unescaped(std::string_view text, std::string& out) {
  out.clear();
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out.push_back(text[i]);
      continue;
    }
    if (++i == text.size()) {
      return false;
    }
    switch (text[i]) {
      case 'n':
        out.push_back('\n');
        break;
      case 't':
        out.push_back('\t');
        break;
      case 'r':
        out.push_back('\r');
        break;
      case '\\':
      case '"':
        out.push_back(text[i]);
        break;
      case '\n':
        break;
      default:
        return false;
    }
  }
  return true;
}

}  // namespace

void JustLexer::Take(std::vector<JustToken>& line, JustToken::Kind kind, size_t begin) const {
  line.push_back({kind, begin, at_, text_.substr(begin, at_ - begin)});
}

bool JustLexer::AtString() const {
  const size_t prefix = At("x") || At("f") ? 1 : 0;
  return at_ + prefix < text_.size() &&
         (text_[at_ + prefix] == '\'' || text_[at_ + prefix] == '"' ||
          (prefix == 0 && text_[at_] == '`'));
}

void JustLexer::SkipString(int nesting) {
  const bool format = At("f");
  at_ += format || At("x") ? 1 : 0;
  const std::string_view delimiter = DelimiterAt(text_.substr(at_));
  at_ += delimiter.size();
  const bool escapes = delimiter[0] == '"';
  while (at_ < text_.size()) {
    if (At(delimiter)) {
      at_ += delimiter.size();
      return;
    }
    if (escapes && text_[at_] == '\\') {
      at_ += 2;
    } else if (format && At("{{{{")) {
      at_ += 4;
    } else if (format && At("{{") && nesting < kMaxNesting) {
      SkipInterpolation(nesting + 1);
    } else {
      ++at_;
    }
  }
  at_ = text_.size();
}

void JustLexer::SkipInterpolation(int nesting) {
  at_ += 2;
  while (at_ < text_.size() && !At("}}")) {
    if (AtString()) {
      SkipString(nesting);
    } else if (IsNameStart(text_[at_])) {
      while (at_ < text_.size() && IsNameByte(text_[at_])) {
        ++at_;
      }
    } else {
      ++at_;
    }
  }
  at_ = std::min(at_ + 2, text_.size());
}

void JustLexer::SkipLine() {
  at_ = std::min(text_.find('\n', at_), text_.size());
  at_ = std::min(at_ + 1, text_.size());
}

void JustLexer::SkipBody() {
  while (at_ < text_.size() && text_[at_] != '\n') {
    if (At("{{{{")) {
      at_ += 4;
    } else if (At("{{")) {
      SkipInterpolation(0);
    } else {
      ++at_;
    }
  }
  at_ = std::min(at_ + 1, text_.size());
}

bool JustLexer::NextLine(std::vector<JustToken>& line) {
  line.clear();
  while (at_ < text_.size()) {
    if (text_[at_] == '\n' || text_[at_] == '\r') {
      ++at_;
    } else if (text_[at_] == ' ' || text_[at_] == '\t') {
      SkipBody();
    } else if (text_[at_] == '#') {
      SkipLine();
    } else {
      break;
    }
  }
  int depth = 0;
  while (at_ < text_.size()) {
    const size_t begin = at_;
    const char c = text_[at_];
    if (c == '\n') {
      ++at_;
      if (depth <= 0) {
        break;
      }
    } else if (IsBlank(c)) {
      ++at_;
    } else if (c == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (c == '\\') {
      ++at_;
      at_ += At("\r\n") ? 2 : At("\n") ? 1 : 0;
    } else if (AtString()) {
      SkipString(0);
      Take(line, c == '`' ? JustToken::Kind::kBacktick : JustToken::Kind::kString, begin);
    } else if (IsNameStart(c)) {
      while (at_ < text_.size() && IsNameByte(text_[at_])) {
        ++at_;
      }
      Take(line, JustToken::Kind::kName, begin);
    } else {
      depth += c == '(' || c == '[' || c == '{' ? 1 : 0;
      depth -= c == ')' || c == ']' || c == '}' ? 1 : 0;
      at_ += At(":=") || At("::") || At("&&") ? 2 : 1;
      Take(line, JustToken::Kind::kMark, begin);
    }
  }
  at_ = std::min(at_, text_.size());
  return !line.empty() || at_ < text_.size();
}

bool StringValue(std::string_view token, std::string& value) {
  const std::string_view delimiter = DelimiterAt(token);
  if (delimiter.empty() || delimiter[0] == '`' || token.size() < 2 * delimiter.size() ||
      !token.ends_with(delimiter)) {
    return false;
  }
  std::string_view inside = token;
  inside.remove_prefix(delimiter.size());
  inside.remove_suffix(delimiter.size());
  const std::string text = delimiter.size() == 3 ? Unindented(inside) : std::string(inside);
  if (delimiter[0] == '"') {
    return Unescaped(text, value);
  }
  value = text;
  return true;
}

std::string QuotedForJust(std::string_view value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
    }
    out.push_back(c);
  }
  return out + "\"";
}

}  // namespace odu::plan
