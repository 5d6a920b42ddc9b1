#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "git/submodules.h"
#include "odu/lane/source_shipped.h"

/// The submodules of a shipped source. Their commits lie in the object cache of the repository that
/// names them, and their trees are work trees of it within its work tree: what keeps, sweeps and
/// removes the one does so with the others.
namespace odu::lane {

/// Fills the submodules of `source.workspace` and theirs: from the cache, else by asking for
/// "submodule", a newline, and the paths that lead to it, a line each. An empty answer says that
/// nobody there has it: it stays empty, and that is told. Failures: those of git::AddBundle,
/// git::AddWorktree and UploadDesk::Ask.
boost::asio::awaitable<base::Result<void>> BringSubmodules(SourceTools& tools,
                                                           const model::LaneSource& source,
                                                           const Told& told);

/// Removes the work tree at `path` and those that lie in it. The caller holds the cache's lock.
boost::asio::awaitable<base::Result<void>> RemoveTreeOfCache(git::Runner& runner, std::string cache,
                                                             std::string path);

}  // namespace odu::lane
