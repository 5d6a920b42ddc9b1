#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace odu::terminal {

/// What a search looks for in the lines of a log: a text (any case, unless it has a capital), or
/// what reads like an error.
class LogPattern {
 public:
  static LogPattern Text(std::string needle);
  static LogPattern Errors();

  bool Matches(std::string_view line) const;
  const std::string& needle() const { return needle_; }
  bool is_errors() const { return errors_; }
  bool empty() const { return needle_.empty() && !errors_; }
  bool operator==(const LogPattern&) const = default;

 private:
  std::string needle_;
  bool any_case_ = false;
  bool errors_ = false;
};

/// A log's line as text: without escape sequences and control characters; what a carriage return
/// overwrote still counts.
std::string WithoutEscapes(std::string_view line);

/// Looks through a log piece by piece; memory is a line's. Lines longer than 64 KiB are cut there.
class LogScan {
 public:
  /// `from` is where the first piece stands, the beginning of a line.
  LogScan(LogPattern pattern, uint64_t from) : pattern_(std::move(pattern)), line_offset_(from) {}

  /// Takes the next bytes. The offset of the first line that matches is kept, and the last one's.
  void Feed(std::string_view bytes);
  /// The log ends here: its last line may have no newline.
  void Finish();

  const std::optional<uint64_t>& first() const { return first_; }
  const std::optional<uint64_t>& last() const { return last_; }
  /// How far it has looked.
  uint64_t at() const { return line_offset_; }

 private:
  void Take(std::string_view line);

  LogPattern pattern_;
  uint64_t line_offset_;
  std::string rest_;
  uint64_t rest_bytes_ = 0;
  std::optional<uint64_t> first_;
  std::optional<uint64_t> last_;
};

}  // namespace odu::terminal
