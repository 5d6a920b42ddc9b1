#include "git/ignore.h"

#include <fcntl.h>

#include "base/text.h"
#include "os/file_system.h"

namespace git {
namespace {

constexpr size_t kExcludeLimit = size_t{4} << 20;

}  // namespace

boost::asio::awaitable<base::Result<bool>> IsTracked(Runner& runner, const Repository& repository,
                                                     std::string path) {
  Command command;
  command.arguments = std::vector<std::string>{"ls-files", "-z", "--", path};
  command.directory = repository.toplevel;
  auto text = co_await Output(runner, std::move(command));
  if (!text) {
    co_return base::Pass(text.error());
  }
  co_return !text->empty();
}

base::Result<void> AddExclude(const Repository& repository, std::string_view pattern) {
  const std::string folder = repository.common_dir + "/info";
  const std::string path = folder + "/exclude";
  std::string text;
  auto present = os::ReadFile(path, kExcludeLimit);
  if (present) {
    text = std::move(*present);
  } else if (present.error().code() != "not_found") {
    return base::Pass(present.error());
  }
  for (std::string_view line : base::Split(text, '\n')) {
    if (line == pattern) {
      return {};
    }
  }
  if (auto made = os::MakeDirs(folder, 0755); !made) {
    return made;
  }
  auto file = os::OpenFile(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (!file) {
    return base::Pass(file.error());
  }
  std::string addition = text.empty() || text.back() == '\n' ? "" : "\n";
  addition += pattern;
  addition += '\n';
  return os::WriteAll(file->get(), addition);
}

}  // namespace git
