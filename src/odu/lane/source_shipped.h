#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "async/clock.h"
#include "base/error.h"
#include "git/runner.h"
#include "odu/lane/log_digest.h"
#include "odu/lane/upload_desk.h"
#include "odu/lane/workspace.h"
#include "odu/model/lane_contract.h"
#include "os/reaper.h"

/// The source of a lane on another machine (SourceMode::kShipped): what the host has, what it can
/// fetch, what it has to be brought.
///
///   git there:  in the cache? --> else fetch from origin --> else a bundle is asked for --> cache
///               the cache --> work tree
///   no git:     a tar archive is asked for --> unpacked; there is no .git
///
/// The cache's lock is held while it is changed, not while something is waited for.
namespace odu::lane {

/// What bringing a source takes of the lane around it; all outlive the work, but for the desk.
struct SourceTools {
  git::Runner& runner;
  os::Reaper& reaper;
  async::Clock& clock;
  LazyWorker& worker;
  UploadDesk& desk;
  std::vector<std::string> environment;  ///< what git and tar see
};

/// Makes `source.workspace`; `again` first removes what an earlier attempt made. Failures: those of
/// git::AddWorktree, git::AddBundle and UploadDesk::Ask; kInput "bad_tar"; kHost "tar_missing".
boost::asio::awaitable<base::Result<void>> BringSource(SourceTools tools, model::LaneSource source,
                                                       bool again, Told told);

/// Removes what BringSource made, whoever made it and however far it came.
boost::asio::awaitable<base::Result<void>> RemoveShipped(git::Runner& runner, async::Clock& clock,
                                                         model::LaneSource source);

}  // namespace odu::lane
