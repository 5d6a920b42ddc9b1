#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "odu/coordinator/fan_in.h"
#include "odu/coordinator/world.h"
#include "odu/ledger/run_folder.h"

namespace odu::coordinator {

/// The nodes of a run that are ok now and were red before with the same content: at an earlier
/// attempt, or at the end of an earlier run of this checkout. In the order shown.
boost::asio::awaitable<std::vector<std::string>> FlakyNodes(World& world,
                                                            const ledger::RunHeader& header,
                                                            const FanIn& fan_in);

}  // namespace odu::coordinator
