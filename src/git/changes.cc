#include "git/changes.h"

#include <utility>

namespace git {
namespace {

/// True for the folder itself (`.ci/`) and for what is in it.
bool IsBelow(std::string_view path, std::string_view folder) {
  return !folder.empty() && path.starts_with(folder) && path.substr(folder.size()).starts_with('/');
}

}  // namespace

boost::asio::awaitable<base::Result<Changes>> FindChanges(Runner& runner,
                                                          const Repository& repository, size_t cap,
                                                          std::string apart) {
  Command command;
  // Spelled out, so that the user's configuration cannot hide anything.
  command.arguments = std::vector<std::string>{
      "status",       "--porcelain=v1",           "-z",
      "--no-renames", "--untracked-files=normal", "--ignore-submodules=none"};
  command.directory = repository.toplevel;
  command.timeout = std::chrono::minutes(10);
  auto text = co_await Output(runner, std::move(command));
  if (!text) {
    co_return base::Pass(text.error());
  }
  co_return ParseStatus(*text, cap, apart);
}

Changes ParseStatus(std::string_view text, size_t cap, std::string_view apart) {
  Changes changes;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\0'), text.size());
    const std::string_view entry = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    // "XY path"
    if (entry.size() < 4 || entry[2] != ' ') {
      continue;
    }
    if (entry.starts_with("?? ") && IsBelow(entry.substr(3), apart)) {
      continue;
    }
    ++changes.total;
    if (changes.listed.size() < cap) {
      Change change;
      change.code = entry.substr(0, 2);
      change.path = entry.substr(3);
      changes.listed.push_back(std::move(change));
    }
  }
  return changes;
}

}  // namespace git
