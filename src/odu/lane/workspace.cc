#include "odu/lane/workspace.h"

#include <fmt/format.h>

#include "base/text.h"
#include "git/worktree.h"
#include "os/file_system.h"

namespace odu::lane {

namespace {

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

base::Result<void> UseInPlace(const std::string& path) {
  auto dir = os::StatusOf(path + "/.");
  if (!dir) {
    return std::unexpected(dir.error());
  }
  return {};
}

boost::asio::awaitable<base::Result<void>> MakeWorktree(git::Runner& runner,
                                                        model::LaneSource source, bool again,
                                                        Told told) {
  if (again) {
    auto removed = co_await git::RemoveWorktree(runner, source.repository, source.workspace);
    if (!removed) {
      co_return base::Pass(removed.error());
    }
  }
  auto parent = os::MakeDirs(ParentOf(source.workspace));
  if (!parent) {
    co_return base::Pass(parent.error());
  }
  git::WorktreeRequest request;
  request.toplevel = source.repository;
  request.path = source.workspace;
  request.sha = source.sha;
  co_return co_await git::AddWorktree(runner, std::move(request), told);
}

}  // namespace

const std::string& WorkspaceOf(const model::LaneSource& source) {
  return source.mode == model::SourceMode::kInPlace ? source.repository : source.workspace;
}

std::string UsingLine(const model::LaneSource& source) {
  return fmt::format("[odu] using {} {}",
                     source.mode == model::SourceMode::kInPlace ? "the live tree" : "the work tree",
                     WorkspaceOf(source));
}

void TellFailure(const base::Error& error, const Told& told) {
  told("[odu] _ci-setup failed: " + error.message());
  if (!error.hint().empty()) {
    told("[odu]   " + error.hint());
  }
}

boost::asio::awaitable<base::Result<void>> MakeWorkspace(git::Runner& runner,
                                                         model::LaneSource source, bool again,
                                                         Told told) {
  base::Result<void> made;
  if (source.mode == model::SourceMode::kInPlace) {
    made = UseInPlace(source.repository);
  } else {
    made = co_await MakeWorktree(runner, source, again, told);
  }
  if (made) {
    told(UsingLine(source));
  } else {
    TellFailure(made.error(), told);
  }
  co_return made;
}

boost::asio::awaitable<base::Result<void>> RemoveWorkspace(git::Runner& runner,
                                                           model::LaneSource source) {
  if (source.mode == model::SourceMode::kInPlace) {
    co_return base::Result<void>();
  }
  co_return co_await git::RemoveWorktree(runner, source.repository, source.workspace);
}

}  // namespace odu::lane
