#include "odu/agent/log_search.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <string_view>
#include <utility>

#include "odu/agent/log_text.h"
#include "os/fd.h"
#include "os/file_system.h"

namespace odu::agent {
namespace {

constexpr size_t kChunk = size_t{1} << 20;
constexpr uint64_t kMostBytes = uint64_t{256} << 20;
constexpr size_t kMostAnswer = size_t{10} << 10;
/// What is looked at of one line, and what is shown of it.
constexpr size_t kLongestLine = size_t{64} << 10;
constexpr size_t kShownLine = 500;
constexpr int64_t kRegexMemory = int64_t{8} << 20;

std::unique_ptr<RE2> Compile(const SearchQuery& query) {
  RE2::Options options(RE2::Quiet);
  options.set_literal(!query.regex);
  options.set_case_sensitive(!query.ignore_case);
  options.set_max_mem(kRegexMemory);
  // Logs need not be UTF-8.
  options.set_encoding(RE2::Options::EncodingLatin1);
  return std::make_unique<RE2>(query.pattern, options);
}

/// Of a long line, what is around `at`.
std::string Shown(std::string_view line, size_t at = 0) {
  const size_t begin = line.size() > kShownLine && at > kShownLine / 2 ? at - kShownLine / 2 : 0;
  const std::string_view part = line.substr(begin, kShownLine);
  return fmt::format("{}{}{}", begin > 0 ? "…" : "", PlainText(part),
                     begin + part.size() < line.size() ? "…" : "");
}

/// Goes through logs line by line and keeps what matches.
class Search {
 public:
  Search(const SearchQuery& query, const RE2& pattern, SearchResult& result)
      : query_(query), pattern_(pattern), result_(result), left_to_skip_(query.skip) {}

  void Begin(const SearchedLog& log) {
    log_ = &log;
    number_ = 0;
    before_.clear();
    open_.clear();
  }

  /// False when there is enough.
  bool Line(std::string_view raw, uint64_t offset) {
    ++number_;
    while (raw.ends_with('\r')) {
      raw.remove_suffix(1);
    }
    const std::string_view line = raw.substr(0, kLongestLine);
    for (const size_t index : open_) {
      Spend(result_.matches[index].after.emplace_back(Shown(line)));
    }
    while (!open_.empty() && result_.matches[open_.front()].after.size() >= query_.context) {
      open_.pop_front();
    }
    re2::StringPiece found;
    if (pattern_.Match(re2::StringPiece(line.data(), line.size()), 0, line.size(), RE2::UNANCHORED,
                       &found, 1) &&
        !Match(line, offset, static_cast<size_t>(found.data() - line.data()))) {
      return false;
    }
    before_.push_back(Shown(line));
    if (before_.size() > query_.context) {
      before_.pop_front();
    }
    return true;
  }

 private:
  bool Match(std::string_view line, uint64_t offset, size_t at) {
    if (left_to_skip_ > 0) {
      --left_to_skip_;
      return true;
    }
    if (result_.matches.size() >= query_.most || spent_ >= kMostAnswer) {
      result_.has_more = true;
      return false;
    }
    LogMatch match;
    match.node = log_->node;
    match.attempt = log_->attempt;
    match.line = number_;
    match.offset = offset;
    match.text = Shown(line, at);
    match.before.assign(before_.begin(), before_.end());
    Spend(match.text);
    for (const std::string& text : match.before) {
      Spend(text);
    }
    result_.matches.push_back(std::move(match));
    if (query_.context > 0) {
      open_.push_back(result_.matches.size() - 1);
    }
    return true;
  }

  void Spend(const std::string& text) { spent_ += text.size() + 16; }

  const SearchQuery& query_;
  const RE2& pattern_;
  SearchResult& result_;
  size_t left_to_skip_;
  size_t spent_ = 0;
  const SearchedLog* log_ = nullptr;
  uint64_t number_ = 0;
  std::deque<std::string> before_;
  std::deque<size_t> open_;  ///< matches that want more lines below them
};

/// False when there is enough.
bool SearchFile(const SearchedLog& log, const std::stop_token& stop, Search& search,
                SearchResult& result) {
  const auto file = os::OpenFile(log.path, O_RDONLY);
  if (!file) {
    return true;
  }
  search.Begin(log);
  std::string buffer;
  uint64_t offset = 0;  ///< of the buffer's first byte
  for (;;) {
    const size_t kept = buffer.size();
    buffer.resize(kept + kChunk);
    const auto count = os::ReadAt(file->get(), offset + kept, std::span(buffer).subspan(kept));
    buffer.resize(kept + (count ? *count : 0));
    const bool at_end = !count || *count == 0;
    result.bytes += count ? *count : 0;
    size_t begin = 0;
    for (;;) {
      const size_t newline = buffer.find('\n', begin);
      if (newline == std::string::npos) {
        break;
      }
      if (stop.stop_requested() ||
          !search.Line(std::string_view(buffer).substr(begin, newline - begin), offset + begin)) {
        return false;
      }
      begin = newline + 1;
    }
    if (at_end) {
      return begin >= buffer.size() ||
             search.Line(std::string_view(buffer).substr(begin), offset + begin);
    }
    buffer.erase(0, begin);
    offset += begin;
    if (buffer.size() > 8 * kChunk) {
      // One endless line: its beginning was long enough.
      search.Line(buffer, offset);
      return true;
    }
    if (result.bytes > kMostBytes) {
      result.has_more = true;
      return false;
    }
  }
}

}  // namespace

base::Result<void> CheckPattern(const SearchQuery& query) {
  if (query.pattern.empty()) {
    return base::Fail(base::ErrorKind::kUsage, "bad_pattern", "the pattern is empty");
  }
  if (query.pattern.size() > kLongestPattern) {
    return base::Fail(base::ErrorKind::kUsage, "bad_pattern",
                      fmt::format("the pattern is longer than {} bytes", kLongestPattern));
  }
  const std::unique_ptr<RE2> pattern = Compile(query);
  if (!pattern->ok()) {
    return base::Fail(base::ErrorKind::kUsage, "bad_pattern",
                      "the pattern is no regular expression: " + pattern->error(),
                      "without 'regex' it is looked for as it stands");
  }
  return {};
}

base::Result<SearchResult> SearchLogs(const std::vector<SearchedLog>& logs,
                                      const SearchQuery& query, const std::stop_token& stop) {
  if (auto ok = CheckPattern(query); !ok) {
    return base::Pass(ok.error());
  }
  const std::unique_ptr<RE2> pattern = Compile(query);
  SearchResult result;
  Search search(query, *pattern, result);
  for (const SearchedLog& log : logs) {
    if (!SearchFile(log, stop, search, result)) {
      break;
    }
  }
  return result;
}

}  // namespace odu::agent
