#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "git/repository.h"
#include "odu/coordinator/world.h"
#include "odu/model/odu_contract.h"
#include "odu/plan/hosts_file.h"

namespace odu::coordinator {

/// What a run is going to be, once nothing forbids it. Nothing has been made yet.
struct RunDraft {
  git::Repository repository;
  bool in_place = false;
  bool dirty = false;
  std::optional<std::string> content_id;  ///< of a dirty tree
  model::Pipeline pipeline;               ///< cut down to what was selected
  std::vector<plan::HostEntry> hosts;     ///< one for each lane of the pipeline, in its order
};

/// Judges a request, in the order of refusals of contract.md 1.5: checkout, dirty tree, commit,
/// plan, hosts file, host flags, selectors, forge, remote hosts. The request has passed CheckStart.
/// Failures besides those of the parts: kRefused "dirty_tree" with the files listed,
/// "checkout_moved" (another commit than expected), "no_forge", "remote_in_place".
boost::asio::awaitable<base::Result<RunDraft>> DraftRun(World& world,
                                                        model::RunStartRequest request);

/// A new run of what an earlier one ran: same commit, same pipeline, cut down to `selected` node
/// ids and what they need. In place it must still be that commit.
struct Rerun {
  std::string sha;
  model::Scope scope;
  model::Pipeline pipeline;
  std::vector<plan::HostEntry> hosts;
  std::vector<std::string> selected;
};
boost::asio::awaitable<base::Result<RunDraft>> DraftRerun(World& world, Rerun rerun);

}  // namespace odu::coordinator
