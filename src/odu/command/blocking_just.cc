#include "odu/command/blocking_just.h"

#include <utility>
#include <variant>

#include "os/run_program.h"

namespace odu::command {
namespace {

/// Bash's way to tell a signal in an exit code.
constexpr int kSignalExit = 128;

}  // namespace

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

}  // namespace odu::command
