#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "git/repository.h"

namespace git {

/// A path that differs from HEAD, or is untracked and not ignored.
struct Change {
  std::string code;  ///< the two letters of `git status --porcelain`: " M", "??"
  std::string path;  ///< relative to the toplevel, as bytes
  bool operator==(const Change&) const = default;
};

struct Changes {
  /// The first `cap` of them.
  std::vector<Change> listed;
  size_t total = 0;
  bool clean() const { return total == 0; }
};

/// What `git status` shows: untracked files count, ignored ones do not; nor does what is untracked
/// in the folder `apart` (below the toplevel; empty = none). Writes nothing, not even the index.
boost::asio::awaitable<base::Result<Changes>> FindChanges(Runner& runner,
                                                          const Repository& repository, size_t cap,
                                                          std::string apart = {});

/// Reads `git status --porcelain=v1 -z --no-renames`.
Changes ParseStatus(std::string_view text, size_t cap, std::string_view apart = {});

}  // namespace git
