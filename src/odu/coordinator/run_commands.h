#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "odu/coordinator/live_run.h"
#include "odu/model/odu_contract.h"

namespace odu::coordinator {

/// Asks the lanes of `nodes` (positions in the run) to run them again, with all that depends on
/// them; siblings go on. kGone "lane_gone" when a lane that would have to do it is no more, before
/// any lane is asked; then only a linked run can help.
boost::asio::awaitable<base::Result<model::NodesReply>> RerunNodes(std::shared_ptr<LiveRun> run,
                                                                   std::string request_id,
                                                                   std::vector<size_t> nodes);

/// Asks their lanes to end `nodes`; what needs them is then skipped. Lanes that are gone have
/// nothing to end. `at_once`: without the grace between TERM and KILL.
boost::asio::awaitable<base::Result<model::NodesReply>> CancelNodes(std::shared_ptr<LiveRun> run,
                                                                    std::string request_id,
                                                                    std::vector<size_t> nodes,
                                                                    bool at_once);

/// The same for everything.
boost::asio::awaitable<base::Result<model::NodesReply>> CancelRun(std::shared_ptr<LiveRun> run,
                                                                  std::string request_id,
                                                                  bool at_once);

/// The positions that `targets` name (`recipe`, `recipe@platform`, `@platform`), ascending, each
/// once. Failures as model::MatchIds.
base::Result<std::vector<size_t>> FindNodes(const FanIn& run,
                                            const std::vector<std::string>& targets);

}  // namespace odu::coordinator
