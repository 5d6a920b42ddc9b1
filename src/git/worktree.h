#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "git/repository.h"

/// Linked work trees: a commit's files at a place of their own.
namespace git {

/// What a work tree is made from. `toplevel` names the checkout whose submodules are shared.
struct WorktreeRequest {
  std::string toplevel;
  std::string path;  ///< absolute; must not exist, or be an empty directory
  std::string sha;   ///< full
  /// `toplevel` has a work tree of its own, whose submodules are shared. An object cache has none:
  /// then they stay empty, and the caller says so.
  bool share_submodules = true;
};

/// Told in lines for people what is being done: "worktree at 26d2c2d", "submodule 'lib' at …".
using Told = std::function<void(std::string_view line)>;

/// `git worktree add --detach --lock`, then each submodule that the checkout itself has, as a clone
/// that shares the checkout's objects: no network, nothing written into the checkout. A submodule
/// that the checkout has not initialised stays empty, and is told. Failures: kRefused
/// "worktree_exists" (something is at `path`), kGone "no_commit", kHost "git_failed", "disk_full".
/// What was made is removed again on failure.
boost::asio::awaitable<base::Result<void>> AddWorktree(Runner& runner, WorktreeRequest request,
                                                       Told told = {});

/// Removes the work tree and its registration, whatever it holds and although it is locked. What is
/// not there, or not registered any more, is a success.
boost::asio::awaitable<base::Result<void>> RemoveWorktree(Runner& runner, std::string toplevel,
                                                          std::string path);

struct Worktree {
  std::string path;
  std::string sha;  ///< empty when it has none
  bool locked = false;
  bool prunable = false;  ///< its folder is gone
  bool operator==(const Worktree&) const = default;
};
/// All of the repository's, the main one first.
boost::asio::awaitable<base::Result<std::vector<Worktree>>> ListWorktrees(Runner& runner,
                                                                          std::string toplevel);
/// Reads `git worktree list --porcelain`.
std::vector<Worktree> ParseWorktrees(std::string_view text);

/// Removes the repository's work trees below `root` (an absolute folder) of which `is_stale` says
/// so, and returns their paths; one that resists is skipped and told. Others are never touched.
boost::asio::awaitable<base::Result<std::vector<std::string>>> SweepWorktrees(
    Runner& runner, std::string toplevel, std::string root,
    std::function<bool(const std::string& path)> is_stale, Told told = {});

}  // namespace git
