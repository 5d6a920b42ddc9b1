#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "git/worktree.h"

namespace git {

/// A submodule as the index of a work tree names it.
struct Gitlink {
  std::string path;  ///< relative to the work tree
  std::string sha;
  bool operator==(const Gitlink&) const = default;
};

/// Reads `git ls-files --stage -z`: its entries of mode 160000.
std::vector<Gitlink> ParseGitlinks(std::string_view text);

/// The git folder of the checkout at `path`: its `.git`, or what a `.git` file points to. Empty
/// when there is none: a submodule that is not initialised.
std::optional<std::string> GitDirOf(const std::string& path);

/// Where a checkout has a submodule's commit.
struct SubmoduleFound {
  std::string git_dir;  ///< empty: it is not initialised there
  std::string sha;      ///< as the commit around it names it
};

/// The submodule of `sha` that `route` leads to: its path, then the path of one within it, and so
/// on. `objects` is a folder with more objects, or empty. Only what the commits themselves name is
/// found: kUsage "no_submodule" else.
boost::asio::awaitable<base::Result<SubmoduleFound>> FindSubmodule(
    Runner& runner, std::string git_dir, std::string objects, std::string toplevel, std::string sha,
    std::vector<std::string> route);

/// Fills the submodules of the work tree at `path` from those of the checkout at `checkout`, and
/// theirs, sharing objects.
boost::asio::awaitable<base::Result<void>> FillSubmodules(Runner& runner, std::string checkout,
                                                          std::string path, Told told,
                                                          int depth = 0);

}  // namespace git
