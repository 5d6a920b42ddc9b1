// A pattern (the first line) and a log (the rest): what is found stands where it is said to, and an
// answer keeps its bounds.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bug.h"
#include "base/text.h"
#include "odu/agent/log_search.h"
#include "os/file_system.h"
#include "support/temp_dir.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const support::TempDir dir;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (size < 2) {
    return 0;
  }
  odu::agent::SearchQuery query;
  query.regex = (data[0] & 1) != 0;
  query.ignore_case = (data[0] & 2) != 0;
  query.context = data[0] >> 5;
  query.skip = data[1] & 3;
  const std::string_view rest = bytes.substr(2);
  query.pattern = rest.substr(0, rest.find('\n'));
  const std::string log(rest.substr(std::min(rest.size(), query.pattern.size() + 1)));
  if (!odu::agent::CheckPattern(query)) {
    return 0;
  }
  const std::string path = dir.path() + "/log";
  BUG_IF(!os::WriteFileAtomic(path, log), "the log is not written");
  const auto found = odu::agent::SearchLogs({{path, "n@p", 1}}, query);
  BUG_IF(!found, "a search has failed");
  BUG_IF(found->bytes > log.size(), "more was looked at than there is");
  size_t shown = 0;
  uint64_t next = 0;
  for (const odu::agent::LogMatch& match : found->matches) {
    BUG_IF(match.offset < next || match.offset > log.size(), "a match out of its order");
    next = match.offset + 1;
    const std::string_view line =
        std::string_view(log).substr(match.offset, log.find('\n', match.offset) - match.offset);
    BUG_IF(!query.regex && !query.ignore_case && line.find(query.pattern) == std::string_view::npos,
           "a match where nothing matches");
    BUG_IF(match.before.size() > query.context || match.after.size() > query.context,
           "more around a match than was asked for");
    BUG_IF(!base::IsUtf8(match.text), "a line that is no text");
    shown += match.text.size();
  }
  BUG_IF(shown > size_t{12} << 10, "an answer over its bound");
  return 0;
}
