#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>

#include "base/error.h"
#include "git/repository.h"
#include "odu/coordinator/world.h"

namespace odu::coordinator {

/// What lanes on other machines are given to make their tree from.
struct RemoteSource {
  std::string origin;  ///< a URL to fetch from, without credentials; empty = none that they can use
  std::string sha;     ///< the commit they run
  std::string objects;  ///< a folder that has what the repository lacks of it; empty = nothing
};

/// The commit of `repository`, or of its live tree when that is `dirty`: then a snapshot, whose
/// objects go below SnapshotFolder(). kRefused "snapshot_too_large".
boost::asio::awaitable<base::Result<RemoteSource>> SourceForOthers(World& world,
                                                                   git::Repository repository,
                                                                   bool dirty, std::string run_id);

/// Where a run's snapshot is until the run closes.
std::string SnapshotFolder(const World& world, const std::string& run_id);

/// What another machine may fetch from where this one's remote is `url`: a repository on GitHub by
/// https, whoever pushes there by ssh; other URLs without their password; nothing for a path of
/// this machine.
std::string FetchUrl(std::string_view url);

/// Names the object cache of a repository on its hosts: 16 hex digits.
std::string CacheId(const std::string& origin, const std::string& checkout_id);

}  // namespace odu::coordinator
