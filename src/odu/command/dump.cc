#include "odu/command/dump.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "git/repository.h"
#include "odu/command/blocking_just.h"
#include "odu/model/ids.h"
#include "odu/plan/load_plan.h"
#include "odu/plan/render.h"

namespace odu::command {
namespace {

base::Result<model::Pipeline> PlanFor(const PlanCall& call) {
  plan::PlanRequest request;
  // As `run` does: the checkout's own pipeline, wherever in it the caller stands.
  const std::optional<std::string> toplevel = git::FindToplevel(call.cwd);
  request.folder = toplevel.value_or(call.cwd);
  request.ceiling = toplevel.value_or("");
  if (!call.pipeline_file.empty()) {
    request.pipeline_file = (std::filesystem::path(call.cwd) / call.pipeline_file).string();
  }
  if (!call.root.empty()) {
    request.root = call.root;
  }
  request.platforms.emplace_back(call.platform.empty() ? std::string(model::ThisPlatform())
                                                       : call.platform);
  return plan::LoadPlan(request, BlockingJust(call.environment));
}

}  // namespace

base::Result<std::string> Dump(const PlanCall& call) {
  const auto pipeline = PlanFor(call);
  if (!pipeline) {
    return base::Pass(pipeline.error());
  }
  return plan::RenderDump(*pipeline, pipeline->lanes.front());
}

base::Result<std::string> Graph(const PlanCall& call) {
  const auto pipeline = PlanFor(call);
  if (!pipeline) {
    return base::Pass(pipeline.error());
  }
  return plan::RenderGraph(pipeline->lanes.front());
}

}  // namespace odu::command
