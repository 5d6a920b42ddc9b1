#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "git/repository.h"

/// A commit as a file that another machine can take it from. The repository is only read.
namespace git {

struct ShipRequest {
  std::string common_dir;  ///< of the repository
  std::string objects;     ///< a folder with more objects (a snapshot's); may be empty
  std::string sha;         ///< full
  /// The top of the checkout whose submodules may be asked for; empty = none.
  std::string toplevel;
  /// Commits that the receiver has; those unknown here are passed over.
  std::vector<std::string> have;
  std::string path;  ///< the file to make; what is made beside it meanwhile goes again
};

/// A `git bundle` of the commit and all that it reaches, without what `have` reaches. Failures:
/// kGone "no_commit"; kRefused "shallow" when this repository does not have the whole history;
/// kHost "git_failed", "disk_full".
boost::asio::awaitable<base::Result<void>> WriteBundle(Runner& runner, ShipRequest request);

/// A tar archive of the commit's tree, all of it, whatever its attributes say of exports.
boost::asio::awaitable<base::Result<void>> WriteArchive(Runner& runner, ShipRequest request);

}  // namespace git
