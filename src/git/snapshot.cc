#include "git/snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.h"
#include "git/object_path.h"
#include "os/file_system.h"

namespace git {
namespace {

using base::Pass;
using base::Result;
using boost::asio::awaitable;

constexpr size_t kIndexLimit = size_t{2} << 30;
constexpr size_t kNamed = 5;
constexpr async::Duration kTimeout = std::chrono::minutes(30);

std::string WithoutNewline(std::string text) {
  if (!text.empty() && text.back() == '\n') {
    text.pop_back();
  }
  return text;
}

/// Git in the checkout with an index and an object folder of its own.
class OwnIndex {
 public:
  OwnIndex(Runner& runner, const Repository& repository, const std::string& folder)
      : runner_(runner), repository_(repository), folder_(folder) {}

  std::string objects() const { return folder_ + "/objects"; }

  Result<void> Prepare() const {
    if (auto made = os::MakeDirs(objects()); !made) {
      return made;
    }
    // The copy keeps what git knows of unchanged files, so only changed ones are read.
    auto index = os::ReadFile(repository_.git_dir + "/index", kIndexLimit);
    if (!index) {
      return index.error().code() == "not_found" ? Result<void>() : Pass(index.error());
    }
    return os::WriteFileAtomic(folder_ + "/index", *index);
  }

  awaitable<Result<std::string>> Git(std::vector<std::string> arguments,
                                     std::vector<std::string> environment = {}) const {
    Command command;
    command.arguments = std::move(arguments);
    command.directory = repository_.toplevel;
    command.environment = std::move(environment);
    command.environment.push_back("GIT_INDEX_FILE=" + folder_ + "/index");
    command.environment.push_back("GIT_OBJECT_DIRECTORY=" + objects());
    command.environment.push_back("GIT_ALTERNATE_OBJECT_DIRECTORIES=" +
                                  AlternatePath(repository_.common_dir + "/objects"));
    command.timeout = kTimeout;
    auto output = co_await Output(runner_, std::move(command));
    if (!output) {
      co_return Pass(output.error().In("a snapshot of the work tree"));
    }
    co_return WithoutNewline(std::move(*output));
  }

 private:
  Runner& runner_;
  const Repository& repository_;
  std::string folder_;
};

struct Sized {
  uint64_t bytes = 0;
  std::string path;
};

/// The files of a NUL-separated list with what they hold now, the largest first.
std::vector<Sized> SizesOf(const std::string& toplevel, std::string_view names) {
  std::vector<Sized> files;
  while (!names.empty()) {
    const size_t end = names.find('\0');
    const std::string_view name = names.substr(0, end);
    names.remove_prefix(end == std::string_view::npos ? names.size() : end + 1);
    const auto status = os::StatusOf(toplevel + "/" + std::string(name));
    if (status && status->kind != os::FileKind::kDirectory) {
      files.push_back(Sized{status->size, std::string(name)});
    }
  }
  std::ranges::stable_sort(files, [](const Sized& a, const Sized& b) { return a.bytes > b.bytes; });
  return files;
}

Result<void> CheckSize(const std::vector<Sized>& files, uint64_t max_bytes) {
  uint64_t bytes = 0;
  std::string named;
  for (size_t i = 0; i < files.size(); ++i) {
    bytes += files[i].bytes;
    if (i < kNamed) {
      named += fmt::format("{}{} ({} bytes)", i == 0 ? "" : ", ", base::Quoted(files[i].path),
                           files[i].bytes);
    }
  }
  if (bytes <= max_bytes) {
    return {};
  }
  return base::Fail(base::ErrorKind::kRefused, "snapshot_too_large",
                    fmt::format("run: the changes of the work tree hold {} bytes, and at most {} "
                                "are sent to other machines; the largest: {}",
                                bytes, max_bytes, named),
                    "ignore or commit what is large, or leave out other machines with --platform");
}

awaitable<Result<Snapshot>> Make(Runner& runner, const Repository& repository, std::string folder,
                                 uint64_t max_bytes) {
  const OwnIndex own(runner, repository, folder);
  if (auto prepared = own.Prepare(); !prepared) {
    co_return Pass(prepared.error());
  }
  std::vector<std::string> changed{"diff", "--name-only", "--no-renames", "-z", "HEAD"};
  auto tracked = co_await own.Git(std::move(changed));
  if (!tracked) {
    co_return Pass(tracked.error());
  }
  std::vector<std::string> others{"ls-files", "--others", "--exclude-standard", "-z"};
  auto untracked = co_await own.Git(std::move(others));
  if (!untracked) {
    co_return Pass(untracked.error());
  }
  if (auto fits = CheckSize(SizesOf(repository.toplevel, *tracked + *untracked), max_bytes);
      !fits) {
    co_return Pass(fits.error());
  }
  std::vector<std::string> add{
      "-c", "core.splitIndex=false", "-c", "advice.addEmbeddedRepo=false", "add", "--all"};
  auto added = co_await own.Git(std::move(add));
  if (!added) {
    co_return Pass(added.error());
  }
  std::vector<std::string> write{"write-tree"};
  auto tree = co_await own.Git(std::move(write));
  if (!tree) {
    co_return Pass(tree.error());
  }
  std::vector<std::string> when{"show", "--no-patch", "--format=%ct", "HEAD"};
  auto time = co_await own.Git(std::move(when));
  if (!time) {
    co_return Pass(time.error());
  }
  std::vector<std::string> commit{
      "-c", "commit.gpgSign=false", "commit-tree", *tree,
      "-p", repository.sha,         "-m",          "odu: a work tree with changes"};
  std::vector<std::string> who;
  for (const std::string role : {"AUTHOR", "COMMITTER"}) {
    who.push_back("GIT_" + role + "_NAME=odu");
    who.push_back("GIT_" + role + "_EMAIL=odu@localhost");
    who.push_back("GIT_" + role + "_DATE=@" + *time + " +0000");
  }
  auto sha = co_await own.Git(std::move(commit), std::move(who));
  if (!sha) {
    co_return Pass(sha.error());
  }
  Snapshot snapshot;
  snapshot.sha = std::move(*sha);
  snapshot.tree = std::move(*tree);
  snapshot.objects = own.objects();
  co_return snapshot;
}

}  // namespace

awaitable<Result<Snapshot>> MakeSnapshot(Runner& runner, const Repository& repository,
                                         std::string folder, uint64_t max_bytes) {
  auto made = co_await Make(runner, repository, folder, max_bytes);
  if (!made) {
    static_cast<void>(os::RemoveTree(folder));
  }
  co_return made;
}

}  // namespace git
