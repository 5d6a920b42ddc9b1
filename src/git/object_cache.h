#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "git/worktree.h"

/// A bare repository that only keeps objects, on a machine where nobody has a checkout. What it
/// has for certain stands below `refs/odu/`: a commit gets its ref there when all that it reaches
/// is there. Who changes one holds the lock that its users agreed on.
namespace git {

/// Makes it if it is not there (0700). `sha` says by its length which kind of ids it has.
boost::asio::awaitable<base::Result<void>> MakeObjectCache(Runner& runner, std::string cache,
                                                           std::string sha);

/// Whether the commit and all that it reaches are there; gives it its ref then.
boost::asio::awaitable<base::Result<bool>> HasCommit(Runner& runner, std::string cache,
                                                     std::string sha);

/// Commits that are there for certain, newest first.
boost::asio::awaitable<base::Result<std::vector<std::string>>> CommitsIn(Runner& runner,
                                                                         std::string cache,
                                                                         size_t at_most);

struct FetchRequest {
  std::string cache;
  std::string origin;  ///< a URL or an absolute path
  std::string sha;
  /// Nothing in the runner's environment says how ssh is to be called.
  bool plain_ssh = true;
  async::Duration timeout = std::chrono::minutes(15);
};
/// Brings the commit, with its whole history, from `origin`: asks nobody for a password, takes no
/// transport but file, git, http(s) and ssh, gives up on a silent server after half a minute. What
/// git had to say is told, safe for a terminal and without the URL's password. Failures: kHost
/// "git_failed", "disk_full", "timeout".
boost::asio::awaitable<base::Result<void>> FetchCommit(Runner& runner, FetchRequest request,
                                                       Told told = {});

/// Takes the commit from a bundle, each object checked as git checks what strangers send. Failures:
/// kInput "bad_bundle"; kGone "bundle_lacks" when it builds on commits that are not there, or does
/// not hold the commit; kHost "git_failed", "disk_full".
boost::asio::awaitable<base::Result<void>> AddBundle(Runner& runner, std::string cache,
                                                     std::string bundle_path, std::string sha);

/// A URL as it may be shown: without a password.
std::string ShownUrl(std::string_view url);

}  // namespace git
