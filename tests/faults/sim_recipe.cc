#include "faults/sim_recipe.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/sha256.h"

namespace odu::faults {

using model::NodeStatus;
using std::chrono::milliseconds;

namespace {

std::string ValueOf(std::span<const std::string> entries, std::string_view name) {
  for (const std::string& entry : entries) {
    if (entry.starts_with(name) && entry.size() > name.size() && entry[name.size()] == '=') {
      return entry.substr(name.size() + 1);
    }
  }
  return {};
}

}  // namespace

std::shared_ptr<lane::Recipe> SimRecipe::Start(const Scene& scene, const lane::RecipeCall& call,
                                               OnEnd on_end) {
  auto recipe = std::make_shared<SimRecipe>(scene, std::move(on_end));
  for (const Step& step : scene.pipeline.steps) {
    if (step.name == call.argv.back()) {
      recipe->step_ = &step;
    }
  }
  recipe->attempt_ = ValueOf(call.extra_environment, "ODU_ATTEMPT");
  auto log = lane::AttemptLog::Create(call.log_path);
  if (!log) {
    recipe->disk_full_ = true;
    recipe->End(NodeStatus::kErrored, "disk full");
    return recipe;
  }
  recipe->log_ = std::move(*log);
  recipe->Note("begins");
  scene.tasks.Spawn("recipe", [recipe] { return Run(recipe); });
  return recipe;
}

void SimRecipe::Note(std::string_view what) const {
  scene_.witness.push_back(step_->name + " " + attempt_ + " " + std::string(what));
}

bool SimRecipe::Print(std::string_view text) {
  const uint64_t before = log_->size();
  const auto written = log_->Append(text);
  written_ += text.substr(0, log_->size() - before);
  disk_full_ = disk_full_ || !written;
  return written.has_value();
}

boost::asio::awaitable<void> SimRecipe::Run(std::shared_ptr<SimRecipe> self) {
  const std::string text = StepPipeline::Printed(*self->step_);
  const bool slow = self->step_->kind == StepKind::kSlow;
  // Slow ones a line at a time, the others in pieces as a pipe gives them.
  constexpr size_t kPiece = 16'384;
  size_t at = 0;
  while (at < text.size()) {
    const size_t end = slow ? text.find('\n', at) + 1 : std::min(text.size(), at + kPiece);
    const auto pause = milliseconds(slow ? 50 : 2);
    const bool passed = co_await self->scene_.clock.Sleep(pause);
    if (!passed) {
      co_return;  // it went with its lane
    }
    if (!self->stopped_.empty()) {
      self->End(NodeStatus::kFailed, self->stopped_);
      co_return;
    }
    if (!self->Print(std::string_view(text).substr(at, end - at))) {
      self->End(NodeStatus::kErrored, "disk full");
      co_return;
    }
    at = end;
  }
  const bool passed = co_await self->scene_.clock.Sleep(milliseconds(20));
  if (!passed) {
    co_return;
  }
  if (!self->stopped_.empty()) {
    self->End(NodeStatus::kFailed, self->stopped_);
    co_return;
  }
  self->Note("ends");
  if (self->step_->kind != StepKind::kFailing) {
    self->End(NodeStatus::kOk, "");
  } else if (self->Print("error: recipe failed with exit code 3\n")) {
    self->End(NodeStatus::kFailed, "exit 3");
  } else {
    self->End(NodeStatus::kErrored, "disk full");
  }
}

void SimRecipe::Stop(bool at_once) {
  stopped_ = at_once ? "signal 9" : "signal 15";
}

void SimRecipe::End(NodeStatus status, std::string reason) {
  lane::RecipeEnd end;
  end.status = status;
  end.reason = std::move(reason);
  if (status == NodeStatus::kOk) {
    end.exit_code = 0;
  } else if (end.reason == "exit 3") {
    end.exit_code = 3;
  }
  if (log_) {
    log_->Seal();
    end.log_bytes = log_->size();
    end.log_sha256 = base::Sha256Hex(written_);
    end.log_complete = !disk_full_;
  }
  std::exchange(on_end_, {})(std::move(end));
}

}  // namespace odu::faults
