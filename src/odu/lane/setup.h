#pragma once

#include <functional>
#include <memory>
#include <string>

#include "async/clock.h"
#include "async/task_group.h"
#include "odu/lane/recipe_process.h"
#include "odu/model/lane_contract.h"
#include "os/reaper.h"

namespace odu::lane {

/// What one attempt of `_ci-setup` needs to know.
struct SetupCall {
  model::LaneSource source;
  std::vector<std::string> environment;  ///< what git sees
  std::string log_path;
  bool again = false;  ///< an earlier attempt has made something
};

/// One attempt of `_ci-setup`: makes the workspace, and its log tells the story.
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

  /// Ends git where it is; what it had made is removed by the next attempt.
  void Stop();

  /// Null when the log could not be made.
  const std::shared_ptr<AttemptLog>& log() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace odu::lane
