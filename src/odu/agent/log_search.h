#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"

namespace odu::agent {

/// One line that matches, with what stands around it.
struct LogMatch {
  std::string node;
  int32_t attempt = 0;
  uint64_t line = 0;    ///< from 1
  uint64_t offset = 0;  ///< of its first byte in the log: what 'tail_log' takes
  std::string text;
  std::vector<std::string> before;
  std::vector<std::string> after;
};
BOOST_DESCRIBE_STRUCT(LogMatch, (), (node, attempt, line, offset, text, before, after))

/// What is looked for.
struct SearchQuery {
  std::string pattern;
  bool regex = false;
  bool ignore_case = false;
  size_t context = 2;  ///< lines before and after
  size_t skip = 0;     ///< matches passed over
  size_t most = 50;
};

struct SearchedLog {
  std::string path;
  std::string node;
  int32_t attempt = 0;
};

struct SearchResult {
  std::vector<LogMatch> matches;
  bool has_more = false;
  uint64_t bytes = 0;  ///< looked through
};

/// The longest pattern.
inline constexpr size_t kLongestPattern = 1000;

/// kUsage "bad_pattern": too long, or in RE2's words.
base::Result<void> CheckPattern(const SearchQuery& query);

/// Looks through the logs in their order. A regular expression is RE2's: it takes time in
/// proportion to the log, whatever it is. At most 256 MiB are read, and matches of 10 KiB; beyond
/// that `has_more`. What cannot be read is passed over. Blocks, until `stop` is asked for.
base::Result<SearchResult> SearchLogs(const std::vector<SearchedLog>& logs,
                                      const SearchQuery& query, const std::stop_token& stop = {});

}  // namespace odu::agent
