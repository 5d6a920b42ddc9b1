#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/clock.h"
#include "async/task_group.h"
#include "odu/lane/recipe_process.h"
#include "odu/lane/upload_desk.h"
#include "odu/model/lane_contract.h"
#include "os/reaper.h"

namespace odu::lane {

/// What one attempt of `_ci-setup` needs to know.
struct SetupCall {
  model::LaneSource source;
  std::vector<std::string> environment;  ///< what git sees
  std::string log_path;
  bool again = false;  ///< an earlier attempt has made something
  /// The head of the log, byte for byte.
  std::string story;
  /// Where a shipped source asks for what is missing; outlives the setup (not its last turns).
  UploadDesk* desk = nullptr;
  /// Put before every recipe; not empty: it is tried once, in the workspace.
  std::vector<std::string> enter;
  std::vector<std::string> recipe_environment;
  mode_t umask = 022;
  std::string marker;  ///< its ODU_ATTEMPT_ID
  /// What went wrong before it could begin.
  std::optional<base::Error> failure;
};

/// One attempt of `_ci-setup`: makes the workspace, and its log tells the story.
///
///   story --> source: in place, work tree, shipped --> `enter… true` --> ok
class Setup {
 public:
  using OnEnd = std::move_only_function<void(RecipeEnd)>;

  /// Starts it. `on_end` is called once, from the event loop, and may destroy this object; not
  /// after its destruction, which ends what still runs (within the loop's next turns). `context`
  /// and `clock` outlive that.
  Setup(RecipeContext& context, async::Clock& clock, SetupCall call, OnEnd on_end);
  ~Setup();
  Setup(const Setup&) = delete;
  Setup& operator=(const Setup&) = delete;

  /// Ends git where it is; what it had made is removed by the next attempt. A program of `enter`
  /// is told to end first, and killed after the grace or `at_once`.
  void Stop(bool at_once = false);

  /// Null when the log could not be made.
  const std::shared_ptr<AttemptLog>& log() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace odu::lane
