#include "git/worktree.h"

#include <fmt/format.h>

#include "base/text.h"
#include "git/failure.h"
#include "git/submodules.h"
#include "os/file_system.h"

namespace git {
namespace {

using base::ErrorKind;

constexpr async::Duration kCheckoutTimeout = std::chrono::minutes(30);

bool Says(const os::ProgramResult& result, std::string_view words) {
  return result.stderr_text.find(words) != std::string::npos;
}

void Tell(const Told& told, const std::string& line) {
  if (told) {
    told(line);
  }
}

/// Whether `path` is `toplevel` or holds it.
bool Holds(const std::string& path, const std::string& toplevel) {
  return toplevel == path || path == "/" || toplevel.starts_with(path + "/");
}

/// git reads all work trees when it makes one, and gives up at another that is just being made.
constexpr int kMeetings = 20;

bool MetAnother(const base::Result<void>& added) {
  return !added && added.error().message().find("/commondir") != std::string::npos;
}

boost::asio::awaitable<base::Result<void>> AddTree(Runner& runner, const WorktreeRequest& request) {
  Command add;
  // submodule.recurse would have git look for submodules that a new work tree does not have yet.
  add.arguments = std::vector<std::string>{"-c",         "submodule.recurse=false",
                                           "worktree",   "add",
                                           "--quiet",    "--detach",
                                           "--lock",     "--",
                                           request.path, request.sha};
  add.directory = request.toplevel;
  add.timeout = kCheckoutTimeout;
  auto result = co_await runner.Run(std::move(add));
  if (!result) {
    co_return base::Pass(result.error());
  }
  if (result->ok()) {
    co_return base::Result<void>();
  }
  if (Says(*result, "already exists")) {
    co_return base::Fail(ErrorKind::kRefused, "worktree_exists",
                         fmt::format("{} exists already", base::Quoted(request.path)));
  }
  if (Says(*result, "invalid reference") || Says(*result, "not a commit") ||
      Says(*result, "not a valid object name")) {
    co_return base::Fail(ErrorKind::kGone, "no_commit",
                         fmt::format("{} has no commit {}", base::Quoted(request.toplevel),
                                     request.sha.substr(0, 7)));
  }
  co_return base::Pass(Failure("worktree add", *result));
}

}  // namespace

boost::asio::awaitable<base::Result<void>> AddWorktree(Runner& runner, WorktreeRequest request,
                                                       Told told) {
  const size_t slash = request.path.rfind('/');
  if (request.path.empty() || request.path.front() != '/' ||
      Holds(request.path, request.toplevel)) {
    co_return base::Fail(ErrorKind::kInput, "bad_path",
                         fmt::format("a work tree cannot be at {}", base::Quoted(request.path)));
  }
  if (auto made = os::MakeDirs(slash == 0 ? "/" : request.path.substr(0, slash)); !made) {
    co_return base::Pass(made.error());
  }
  Tell(told, fmt::format("worktree of {} at {}", request.sha.substr(0, 7), request.path));
  auto added = co_await AddTree(runner, request);
  for (int met = 0; MetAnother(added) && met < kMeetings; ++met) {
    static_cast<void>(co_await RemoveWorktree(runner, request.toplevel, request.path));
    added = co_await AddTree(runner, request);
  }
  if (added && request.share_submodules) {
    added = co_await FillSubmodules(runner, request.toplevel, request.path, told);
  }
  if (!added && added.error().code() != "worktree_exists") {
    // The first failure is what the caller must hear; what resists is found by the next sweep.
    static_cast<void>(co_await RemoveWorktree(runner, request.toplevel, request.path));
  }
  co_return added;
}

boost::asio::awaitable<base::Result<void>> RemoveWorktree(Runner& runner, std::string toplevel,
                                                          std::string path) {
  if (path.empty() || path.front() != '/' || Holds(path, toplevel)) {
    co_return base::Fail(ErrorKind::kInput, "bad_path",
                         fmt::format("{} is not a linked work tree", base::Quoted(path)));
  }
  // Twice: a locked one is removed too. git does the work in a process of its own, however much
  // there is; the rest below is for what git cannot (a read-only folder, a .git that is gone).
  Command remove;
  remove.arguments =
      std::vector<std::string>{"worktree", "remove", "--force", "--force", "--", path};
  remove.directory = toplevel;
  remove.timeout = kCheckoutTimeout;
  auto result = co_await runner.Run(remove);
  if (result && result->ok() && !os::Exists(path)) {
    co_return base::Result<void>();
  }
  if (auto removed = os::RemoveTree(path); !removed) {
    co_return base::Pass(removed.error());
  }
  if (!result) {
    // The checkout itself is gone, and with it the registration.
    if (result.error().code() == "no_such_directory") {
      co_return base::Result<void>();
    }
    co_return base::Pass(result.error());
  }
  if (result->ok() || Says(*result, "is not a working tree") ||
      Says(*result, "not a git repository")) {
    co_return base::Result<void>();
  }
  // With the folder gone, git forgets it.
  auto again = co_await runner.Run(std::move(remove));
  if (!again) {
    co_return base::Pass(again.error());
  }
  if (!again->ok() && !Says(*again, "is not a working tree")) {
    co_return base::Pass(Failure("worktree remove", *again));
  }
  co_return base::Result<void>();
}

boost::asio::awaitable<base::Result<std::vector<Worktree>>> ListWorktrees(Runner& runner,
                                                                          std::string toplevel) {
  Command command;
  command.arguments = std::vector<std::string>{"worktree", "list", "--porcelain"};
  command.directory = std::move(toplevel);
  auto text = co_await Output(runner, std::move(command));
  if (!text) {
    co_return base::Pass(text.error());
  }
  co_return ParseWorktrees(*text);
}

std::vector<Worktree> ParseWorktrees(std::string_view text) {
  std::vector<Worktree> trees;
  for (std::string_view line : base::Split(text, '\n')) {
    const size_t space = line.find(' ');
    const std::string_view key = line.substr(0, space);
    const std::string_view value =
        space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
    if (key == "worktree") {
      trees.emplace_back().path = value;
    } else if (trees.empty()) {
      continue;
    } else if (key == "HEAD" && value.find_first_not_of('0') != std::string_view::npos) {
      trees.back().sha = value;
    } else if (key == "locked") {
      trees.back().locked = true;
    } else if (key == "prunable") {
      trees.back().prunable = true;
    }
  }
  return trees;
}

boost::asio::awaitable<base::Result<std::vector<std::string>>> SweepWorktrees(
    Runner& runner, std::string toplevel, std::string root,
    std::function<bool(const std::string& path)> is_stale, Told told) {
  auto trees = co_await ListWorktrees(runner, toplevel);
  if (!trees) {
    co_return base::Pass(trees.error());
  }
  // git lists real paths.
  if (auto real = os::RealPath(root)) {
    root = std::move(*real);
  }
  std::vector<std::string> swept;
  for (const Worktree& tree : *trees) {
    if (!tree.path.starts_with(root + "/") || !is_stale(tree.path)) {
      continue;
    }
    auto removed = co_await RemoveWorktree(runner, toplevel, tree.path);
    if (!removed) {
      Tell(told, fmt::format("stale worktree {} stays: {}", base::Quoted(tree.path),
                             removed.error().message()));
      continue;
    }
    Tell(told, fmt::format("stale worktree {} removed", base::Quoted(tree.path)));
    swept.push_back(tree.path);
  }
  co_return swept;
}

}  // namespace git
