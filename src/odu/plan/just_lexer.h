#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace odu::plan {

/// One token of a justfile; a value that views its text.
struct JustToken {
  enum class Kind { kName, kString, kBacktick, kMark };
  Kind kind = Kind::kMark;
  size_t begin = 0;  ///< byte offset in the text
  size_t end = 0;    ///< one past the last byte
  std::string_view text;

  bool Is(std::string_view mark) const { return kind == Kind::kMark && text == mark; }
};

/// Cuts a justfile into what stands at its top level. It knows just enough of the language to find
/// names and attributes without being fooled by strings, comments and recipe bodies; text that just
/// itself refuses gives tokens too, and never an endless loop.
class JustLexer {
 public:
  /// `text` must outlive the lexer and its tokens.
  explicit JustLexer(std::string_view text) : text_(text) {}

  /// Reads the next logical line at the top level (newlines inside brackets, strings and after a
  /// backslash do not end it), skipping blank lines, comments and recipe bodies. False at the end.
  bool NextLine(std::vector<JustToken>& line);

 private:
  void SkipBody();
  void SkipLine();
  void SkipInterpolation(int nesting);
  void SkipString(int nesting);
  bool AtString() const;
  bool At(std::string_view what) const { return text_.substr(at_).starts_with(what); }
  void Take(std::vector<JustToken>& line, JustToken::Kind kind, size_t begin) const;

  std::string_view text_;
  size_t at_ = 0;
};

/// What a string token says ('…', "…" with its escapes, and their triple forms with the indentation
/// removed). False for a shell-expanded or format string, whose value the text alone does not tell.
bool StringValue(std::string_view token, std::string& value);

/// `value` as a double-quoted string of the justfile language.
std::string QuotedForJust(std::string_view value);

}  // namespace odu::plan
