#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "async/task_group.h"
#include "odu/lane/attempt_log.h"
#include "odu/lane/log_digest.h"
#include "odu/lane/log_mask.h"
#include "odu/lane/supervisor.h"
#include "odu/model/node.h"
#include "os/reaper.h"

namespace odu::lane {

/// What one attempt executes. Refers to its parts only until Start returns.
struct RecipeCall {
  std::span<const std::string> argv;
  std::span<const std::string> environment;
  /// Replaces equal keys of `environment`.
  std::span<const std::string> extra_environment;
  std::string directory;
  mode_t umask = 022;
  std::string marker;  ///< the ODU_ATTEMPT_ID, which is also in the environment
  std::string log_path;
};

/// The reason, or the end of it, of an attempt whose log is not what was written.
inline constexpr std::string_view kChangedLog = "its log was changed by another process";

/// How an attempt came out; its log is whole and sealed.
struct RecipeEnd {
  model::NodeStatus status = model::NodeStatus::kErrored;
  std::string reason;
  std::optional<int32_t> exit_code;  ///< of a program that exited; none when a signal ended it
  uint64_t log_bytes = 0;
  std::string log_sha256;
  bool log_complete = false;
};

/// What all processes of a lane share; outlives them.
struct RecipeContext {
  async::TaskGroup& tasks;
  os::Reaper& reaper;
  Supervisor& supervisor;
  LazyWorker& worker;
  /// One buffer for all: reads do not overlap on one thread.
  std::vector<char> read_buffer;
  /// What no log may show; null when there is nothing.
  std::shared_ptr<const MaskedValues> masked = nullptr;
};

/// One execution of an attempt, however it is carried out.
class Recipe {
 public:
  using OnEnd = std::move_only_function<void(RecipeEnd)>;

  virtual ~Recipe() = default;
  /// Ends it: politely, or at once. Its end is told afterwards.
  virtual void Stop(bool at_once) = 0;
  /// Null when the log could not be made.
  virtual const std::shared_ptr<AttemptLog>& log() const = 0;
};

/// Starts one; `on_end` is called once, inside the call when nothing could be started.
using StartRecipe = std::function<std::shared_ptr<Recipe>(
    RecipeContext& context, const RecipeCall& call, Recipe::OnEnd on_end)>;

}  // namespace odu::lane
