#include "git/tree.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <random>
#include <utility>
#include <vector>

#include "base/sha256.h"
#include "base/text.h"
#include "git/ignore.h"
#include "git/object_path.h"
#include "git/submodules.h"
#include "os/file_system.h"

namespace git {
namespace {

constexpr size_t kIndexLimit = size_t{2} << 30;
constexpr async::Duration kTreeTimeout = std::chrono::minutes(30);
// A repository can name itself as its own submodule.
constexpr int kMaxDepth = 8;

/// A folder of our own that goes when the object goes.
class Scratch {
 public:
  static base::Result<Scratch> Make(const std::string& below) {
    std::random_device random;
    Scratch scratch(fmt::format("{}/git-{:08x}{:08x}", below, random(), random()));
    if (auto made = os::MakeDirs(scratch.path_); !made) {
      return base::Pass(made.error());
    }
    return scratch;
  }
  Scratch(Scratch&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Scratch& operator=(Scratch&&) = delete;
  ~Scratch() {
    if (!path_.empty()) {
      // What is left over is only litter below the caller's own folder.
      static_cast<void>(os::RemoveTree(path_));
    }
  }
  const std::string& path() const { return path_; }

 private:
  explicit Scratch(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

base::Result<void> CopyIndex(const std::string& from, const std::string& to) {
  struct stat before{};
  const bool known = stat(from.c_str(), &before) == 0;
  auto index = os::ReadFile(from, kIndexLimit);
  if (!index) {
    // A repository that never had a file added has none.
    if (index.error().code() == "not_found") {
      return {};
    }
    return base::Pass(index.error());
  }
  auto written = os::WriteFileAtomic(to, *index);
  if (written && known) {
    // git looks anew at files that changed in the tick in which the index did: a copy that seems
    // younger than it is would make it believe an old content.
    const std::array times{before.st_atim, before.st_mtim};
    utimensat(AT_FDCWD, to.c_str(), times.data(), 0);
  }
  return written;
}

/// A live tree as git would commit it: submodules are no more than their HEADs.
struct LiveTree {
  std::string tree;
  std::vector<Gitlink> links;
};

/// Git in a checkout with an index and an object folder of its own.
class ScratchIndex {
 public:
  ScratchIndex(Runner& runner, const Repository& repository, const std::string& folder)
      : runner_(runner),
        toplevel_(repository.toplevel),
        environment_{"GIT_INDEX_FILE=" + folder + "/index",
                     "GIT_OBJECT_DIRECTORY=" + folder + "/objects",
                     "GIT_ALTERNATE_OBJECT_DIRECTORIES=" +
                         AlternatePath(repository.common_dir + "/objects")} {}

  boost::asio::awaitable<base::Result<std::string>> Git(std::vector<std::string> arguments) const {
    Command command;
    command.arguments = std::move(arguments);
    command.directory = toplevel_;
    command.environment = environment_;
    command.timeout = kTreeTimeout;
    auto output = co_await Output(runner_, std::move(command));
    if (!output) {
      co_return base::Pass(output.error().In("naming the content of the live tree"));
    }
    co_return output;
  }

 private:
  Runner& runner_;
  std::string toplevel_;
  std::vector<std::string> environment_;
};

/// True when `listing` (`ls-files --stage -z`: "<mode> <id> <stage>\t<path>") has files in
/// `folder`.
bool HoldsFilesIn(std::string_view listing, const std::string& folder) {
  return !folder.empty() && listing.contains("\t" + folder + "/");
}

/// Takes what is not tracked in `apart` out of the index again: an ignore file that hid it may have
/// been removed.
boost::asio::awaitable<base::Result<void>> LeaveOut(Runner& runner, const Repository& repository,
                                                    const ScratchIndex& index, std::string apart) {
  const auto tracked = co_await IsTracked(runner, repository, apart);
  if (!tracked) {
    co_return base::Pass(tracked.error());
  }
  if (*tracked) {
    co_return base::Result<void>();
  }
  std::vector<std::string> words{"rm", "-r", "--cached", "--force", "--quiet", "--ignore-unmatch",
                                 "--", apart};
  const auto removed = co_await index.Git(std::move(words));
  if (!removed) {
    co_return base::Pass(removed.error());
  }
  co_return base::Result<void>();
}

boost::asio::awaitable<base::Result<LiveTree>> NameLiveTree(Runner& runner,
                                                            const Repository& repository,
                                                            std::string scratch,
                                                            std::string apart) {
  auto folder = Scratch::Make(scratch);
  if (!folder) {
    co_return base::Pass(folder.error());
  }
  if (auto made = os::MakeDirs(folder->path() + "/objects"); !made) {
    co_return base::Pass(made.error());
  }
  // The copy keeps what git knows of unchanged files, so only changed ones are read.
  if (auto copied = CopyIndex(repository.git_dir + "/index", folder->path() + "/index"); !copied) {
    co_return base::Pass(copied.error());
  }
  const ScratchIndex index(runner, repository, folder->path());
  std::vector<std::string> add{"-c",  "core.splitIndex=false",
                               "-c",  "core.looseCompression=0",
                               "-c",  "core.fsync=none",
                               "-c",  "advice.addEmbeddedRepo=false",
                               "add", "--all"};
  auto added = co_await index.Git(std::move(add));
  if (!added) {
    co_return base::Pass(added.error());
  }
  const std::vector<std::string> list{"ls-files", "--stage", "-z"};
  auto entries = co_await index.Git(list);
  if (entries && HoldsFilesIn(*entries, apart)) {
    const auto left_out = co_await LeaveOut(runner, repository, index, apart);
    if (!left_out) {
      co_return base::Pass(left_out.error());
    }
    entries = co_await index.Git(list);
  }
  if (!entries) {
    co_return base::Pass(entries.error());
  }
  std::vector<std::string> write{"write-tree"};
  auto tree = co_await index.Git(std::move(write));
  if (!tree) {
    co_return base::Pass(tree.error());
  }
  if (!tree->empty() && tree->back() == '\n') {
    tree->pop_back();
  }
  LiveTree live;
  live.tree = std::move(*tree);
  live.links = ParseGitlinks(*entries);
  co_return live;
}

boost::asio::awaitable<base::Result<std::string>> LiveContent(Runner& runner, Repository repository,
                                                              std::string scratch,
                                                              std::string apart, int depth) {
  auto live = co_await NameLiveTree(runner, repository, scratch, std::move(apart));
  if (!live) {
    co_return base::Pass(live.error());
  }
  std::string inside;
  for (const Gitlink& link : live->links) {
    const std::string path = repository.toplevel + "/" + link.path;
    if (depth >= kMaxDepth || !GitDirOf(path)) {
      continue;
    }
    const std::string name = "submodule " + base::Quoted(link.path);
    const auto submodule = co_await OpenRepository(runner, path);
    if (!submodule) {
      co_return base::Pass(submodule.error().In(name));
    }
    const std::string nothing;
    const auto content = co_await LiveContent(runner, *submodule, scratch, nothing, depth + 1);
    if (!content) {
      co_return base::Pass(content.error().In(name));
    }
    if (*content != submodule->tree) {
      inside += fmt::format("{}\n{}\n", *content, link.path);
    }
  }
  if (inside.empty()) {
    co_return live->tree;
  }
  co_return base::Sha256Hex(live->tree + "\n" + inside).substr(0, live->tree.size());
}

}  // namespace

boost::asio::awaitable<base::Result<std::string>> ContentId(Runner& runner,
                                                            const Repository& repository,
                                                            bool known_clean, std::string scratch,
                                                            std::string apart) {
  if (known_clean) {
    co_return repository.tree;
  }
  auto content = co_await LiveContent(runner, repository, std::move(scratch), std::move(apart), 0);
  co_return content;
}

boost::asio::awaitable<base::Result<void>> ExportTree(Runner& runner, const Repository& repository,
                                                      std::string commit, std::string directory,
                                                      PathFilter filter) {
  if (auto made = os::MakeDirs(directory); !made) {
    co_return base::Pass(made.error());
  }
  auto folder = Scratch::Make(directory);
  if (!folder) {
    co_return base::Pass(folder.error());
  }
  const std::vector<std::string> environment{"GIT_INDEX_FILE=" + folder->path() + "/index"};

  Command read;
  read.arguments = std::vector<std::string>{"read-tree", commit};
  read.directory = repository.toplevel;
  read.environment = environment;
  read.timeout = kTreeTimeout;
  auto was_read = co_await Output(runner, std::move(read));
  if (!was_read) {
    co_return base::Pass(was_read.error());
  }
  Command write;
  write.arguments =
      std::vector<std::string>{"checkout-index", "--quiet", "--prefix=" + directory + "/"};
  write.directory = repository.toplevel;
  write.environment = environment;
  write.timeout = kTreeTimeout;
  if (filter == nullptr) {
    write.arguments.emplace_back("--all");
  } else {
    Command list;
    list.arguments = std::vector<std::string>{"ls-files", "-z"};
    list.directory = repository.toplevel;
    list.environment = environment;
    auto names = co_await Output(runner, std::move(list));
    if (!names) {
      co_return base::Pass(names.error());
    }
    for (std::string_view name : base::Split(*names, '\0')) {
      if (!name.empty() && filter(name)) {
        write.stdin_text += name;
        write.stdin_text += '\0';
      }
    }
    write.arguments.emplace_back("-z");
    write.arguments.emplace_back("--stdin");
  }
  auto written = co_await Output(runner, std::move(write));
  if (!written) {
    co_return base::Pass(written.error());
  }
  co_return base::Result<void>();
}

}  // namespace git
