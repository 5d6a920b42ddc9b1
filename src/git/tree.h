#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "git/repository.h"

namespace git {

/// A name for the content of the live tree: the id that git would give its tree if everything that
/// is not ignored were committed. Where a submodule holds what its own HEAD does not, no commit of
/// the whole would have it: then it is a name of the same length, made from that tree and the
/// submodules' own content. With `known_clean` it is HEAD's tree, at no cost. What is untracked in
/// the folder `apart` (below the toplevel; empty = none) never counts, ignored or not. Writes
/// nothing into the repository: index and objects go to a temporary folder below `scratch`, which
/// is removed.
boost::asio::awaitable<base::Result<std::string>> ContentId(Runner& runner,
                                                            const Repository& repository,
                                                            bool known_clean, std::string scratch,
                                                            std::string apart = {});

/// Which files of a tree to export; null = all.
using PathFilter = std::function<bool(std::string_view path)>;

/// Writes the files of `commit` below `directory` (made if need be), without touching the
/// repository's index or work tree and without a .git. Submodules stay empty.
boost::asio::awaitable<base::Result<void>> ExportTree(Runner& runner, const Repository& repository,
                                                      std::string commit, std::string directory,
                                                      PathFilter filter = {});

}  // namespace git
