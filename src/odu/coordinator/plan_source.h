#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "git/repository.h"
#include "odu/coordinator/world.h"
#include "odu/model/plan.h"
#include "odu/model/run.h"
#include "odu/plan/just_runner.h"

namespace odu::coordinator {

/// Whose plan, and for whom.
struct PlanQuestion {
  git::Repository repository;
  /// The commit whose files are read; empty = the live tree.
  std::string commit;
  /// Where the caller stands: a relative --pipeline counts from here.
  std::string cwd;
  std::string root;
  std::string pipeline_file;
  std::vector<std::string> platforms;
  /// What `just` gets; also where it is looked for.
  std::vector<std::string> environment;
};

/// The plan, read without holding up the event loop. For a commit its pipeline's files are exported
/// to a folder of their own first, so that nothing of the live tree has a part in it. Failures are
/// those of plan::LoadPlan and git.
boost::asio::awaitable<base::Result<model::Pipeline>> AskForPlan(World& world,
                                                                 PlanQuestion question);

/// Runs just on the event loop for a caller on a worker thread, who waits.
plan::RunJust JustOnLoop(World& world, std::vector<std::string> environment);

}  // namespace odu::coordinator
