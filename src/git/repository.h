#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "git/runner.h"

namespace git {

/// A checkout: where it is and what is checked out. A value; all paths are absolute.
struct Repository {
  std::string toplevel;
  /// The git folder of this work tree (`.git`, or `.git/worktrees/<name>`).
  std::string git_dir;
  /// The one it shares with the repository's other work trees.
  std::string common_dir;
  /// HEAD's commit and that commit's tree, in full. HEAD may be detached.
  std::string sha;
  std::string tree;

  bool operator==(const Repository&) const = default;
};

/// The checkout that holds `directory`, by one git process. Failures, each with its remedy:
/// kRefused "not_a_repository", "bare_repository", "inside_git_dir", "no_commit" (HEAD has none
/// yet), "dubious_ownership" (git's safe.directory); kHost "git_missing",
/// "git_too_old", "git_failed".
boost::asio::awaitable<base::Result<Repository>> OpenRepository(Runner& runner,
                                                                std::string directory);

/// The toplevel of the checkout that holds `directory`, found by walking up to a `.git`, without
/// starting git: for commands that only look for what runs there. Empty when there is none. It
/// judges nothing; OpenRepository does.
std::optional<std::string> FindToplevel(const std::string& directory);

/// The bare repository that holds `directory`, found in the same way.
std::optional<std::string> FindBareRepository(const std::string& directory);
/// kRefused "bare_repository".
base::Error BareRepository(const std::string& path);

/// The full sha that `revision` (HEAD, a branch, a short sha) names there. kGone "no_commit".
boost::asio::awaitable<base::Result<std::string>> ResolveCommit(Runner& runner,
                                                                const Repository& repository,
                                                                std::string revision);

/// The bytes of a file at a commit, as stored (no filters). kGone "not_found".
boost::asio::awaitable<base::Result<std::string>> ReadFileAt(Runner& runner,
                                                             const Repository& repository,
                                                             std::string commit, std::string path);

/// The URL of a remote; empty when it has none.
boost::asio::awaitable<base::Result<std::string>> RemoteUrl(Runner& runner,
                                                            const Repository& repository,
                                                            std::string remote);

}  // namespace git
