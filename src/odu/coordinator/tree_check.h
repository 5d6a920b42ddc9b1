#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "odu/coordinator/world.h"
#include "odu/ledger/run_folder.h"

namespace odu::coordinator {

/// Whether a run in place ends with another content than it began with; false for runs of a pinned
/// tree. A tree that cannot be looked at counts as changed. `content_id` is set when it is dirty.
boost::asio::awaitable<bool> TreeHasChanged(World& world, const ledger::RunHeader& header,
                                            std::optional<std::string>& content_id);

}  // namespace odu::coordinator
