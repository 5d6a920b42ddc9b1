#include "odu/command/dump.h"

#include <filesystem>
#include <optional>
#include <utility>
#include <variant>

#include "git/repository.h"
#include "odu/model/ids.h"
#include "odu/plan/load_plan.h"
#include "odu/plan/render.h"
#include "os/run_program.h"

namespace odu::command {
namespace {

/// Bash's way to tell a signal in an exit code.
constexpr int kSignalExit = 128;

plan::RunJust BlockingJust(const os::Environment& environment) {
  return [&environment](const plan::JustCall& just) -> base::Result<plan::JustOutcome> {
    os::ProgramCall call;
    call.argv = just.argv;
    call.directory = just.folder;
    call.environment = environment.entries();
    auto result = os::RunProgramBlocking(call);
    if (!result && result.error().code() == "program_not_found") {
      return base::Fail(base::ErrorKind::kHost, "just_missing", "just is not on PATH",
                        "install it from https://just.systems, 1.50 or newer");
    }
    if (!result) {
      return base::Pass(result.error());
    }
    plan::JustOutcome outcome;
    const auto* exited = std::get_if<os::Exited>(&result->status);
    outcome.exit_code = exited != nullptr
                            ? exited->code
                            : kSignalExit + std::get<os::Signalled>(result->status).signal;
    outcome.output = std::move(result->stdout_text);
    outcome.errors = std::move(result->stderr_text);
    return outcome;
  };
}

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
