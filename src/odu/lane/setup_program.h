#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "odu/lane/recipe_process.h"
#include "os/child.h"

namespace odu::lane {

/// What `_ci-setup` executes.
struct SetupProgramCall {
  std::vector<std::string> argv;
  std::vector<std::string> environment;  ///< with the attempt's ODU_ATTEMPT_ID
  std::string directory;
  std::string marker;  ///< that ODU_ATTEMPT_ID
  mode_t umask = 022;
};

/// A program of `_ci-setup` whose output is shown as it comes, with what it leaves behind ended as
/// that of a recipe is.
class SetupProgram final : public std::enable_shared_from_this<SetupProgram> {
 public:
  using Sink = std::function<void(std::string_view bytes)>;
  using OnEnd = std::move_only_function<void(os::WaitStatus)>;

  /// Starts it; nothing is called inside this. `on_end` is called once, when nothing of it is left
  /// and `sink` has everything. Failures: those of os::Spawn. `context` outlives it.
  static base::Result<std::shared_ptr<SetupProgram>> Start(RecipeContext& context,
                                                           const SetupProgramCall& call, Sink sink,
                                                           OnEnd on_end);

  SetupProgram(RecipeContext& context, Sink sink, OnEnd on_end);
  ~SetupProgram();
  SetupProgram(const SetupProgram&) = delete;
  SetupProgram& operator=(const SetupProgram&) = delete;

  /// Ends it: TERM, and KILL after the grace or at once. `on_end` follows.
  void Stop(bool at_once);

  /// Ends it at once; nothing is called any more.
  void Abandon();

 private:
  class Output;

  void ReadOutput();
  void Drain();
  void LeaderEnded(os::WaitStatus status);

  RecipeContext& context_;
  Sink sink_;
  OnEnd on_end_;
  std::unique_ptr<Output> output_;
  Supervisor::AttemptId attempt_ = 0;
};

}  // namespace odu::lane
