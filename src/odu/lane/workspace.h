#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "git/runner.h"
#include "odu/model/lane_contract.h"

/// Where a lane's recipes run: what `_ci-setup` makes, and its log tells.
namespace odu::lane {

/// Told line by line, without the newline.
using Told = std::function<void(std::string_view line)>;

/// The folder that recipes start in.
const std::string& WorkspaceOf(const model::LaneSource& source);

/// The last line of a `_ci-setup` that has made its workspace.
std::string UsingLine(const model::LaneSource& source);

/// Tells why there is none.
void TellFailure(const base::Error& error, const Told& told);

/// For a source on this machine. Uses the live tree, or makes a work tree of the commit; `again`
/// first removes what an earlier attempt made. What went wrong is told, too. Failures: those of
/// git::AddWorktree; kGone when the live tree is not there.
boost::asio::awaitable<base::Result<void>> MakeWorkspace(git::Runner& runner,
                                                         model::LaneSource source, bool again,
                                                         Told told);

/// Removes what MakeWorkspace made; nothing in place.
boost::asio::awaitable<base::Result<void>> RemoveWorkspace(git::Runner& runner,
                                                           model::LaneSource source);

}  // namespace odu::lane
