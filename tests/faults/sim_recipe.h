#pragma once

#include <memory>
#include <string>
#include <vector>

#include "async/clock.h"
#include "async/task_group.h"
#include "faults/step_pipeline.h"
#include "odu/lane/recipe.h"

namespace odu::faults {

/// A step of the pipeline without a process: prints what it has to print into its log over
/// simulated time, and notes in the witness that it begins and ends.
class SimRecipe final : public lane::Recipe, public std::enable_shared_from_this<SimRecipe> {
 public:
  struct Scene {
    async::TaskGroup& tasks;
    async::Clock& clock;
    const StepPipeline& pipeline;
    std::vector<std::string>& witness;
  };

  static std::shared_ptr<lane::Recipe> Start(const Scene& scene, const lane::RecipeCall& call,
                                             OnEnd on_end);

  SimRecipe(const Scene& scene, OnEnd on_end) : scene_(scene), on_end_(std::move(on_end)) {}

  void Stop(bool at_once) override;
  const std::shared_ptr<lane::AttemptLog>& log() const override { return log_; }

 private:
  static boost::asio::awaitable<void> Run(std::shared_ptr<SimRecipe> self);
  void Note(std::string_view what) const;
  bool Print(std::string_view text);
  void End(model::NodeStatus status, std::string reason);

  Scene scene_;
  OnEnd on_end_;
  const Step* step_ = nullptr;
  std::string attempt_;
  std::shared_ptr<lane::AttemptLog> log_;
  std::string written_;
  std::string stopped_;
  bool disk_full_ = false;
};

}  // namespace odu::faults
