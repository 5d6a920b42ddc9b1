#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>

#include "git/repository.h"

namespace git {

/// The live tree as a commit, for machines that cannot see it.
struct Snapshot {
  std::string sha;   ///< a child of HEAD; the same content on the same HEAD is the same commit
  std::string tree;  ///< as ContentId names it
  /// The folder with its objects, as far as the repository does not have them.
  std::string objects;
};

/// Makes a commit of everything that is not ignored. Nothing is written into the repository: not
/// its index, HEAD, reflog nor objects; those go below `folder`, which is made and stays (on
/// failure it is removed). Files that differ from HEAD may hold `max_bytes` together: beyond that
/// kRefused "snapshot_too_large", which names the largest.
boost::asio::awaitable<base::Result<Snapshot>> MakeSnapshot(Runner& runner,
                                                            const Repository& repository,
                                                            std::string folder, uint64_t max_bytes);

}  // namespace git
