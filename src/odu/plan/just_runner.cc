#include "odu/plan/just_runner.h"

#include <chrono>
#include <utility>
#include <variant>

namespace odu::plan {
namespace {

constexpr size_t kMaxDumpBytes = size_t{256} << 20;

int ExitCodeOf(const os::WaitStatus& status) {
  if (const auto* exited = std::get_if<os::Exited>(&status)) {
    return exited->code;
  }
  return 128 + std::get<os::Signalled>(status).signal;
}

}  // namespace

os::ProgramCall ProgramOf(const JustCall& call) {
  os::ProgramCall out;
  out.argv = call.argv;
  out.directory = call.folder;
  out.timeout = std::chrono::seconds(60);
  out.stdout_limit = kMaxDumpBytes;
  return out;
}

JustOutcome OutcomeOf(os::ProgramResult result) {
  return {ExitCodeOf(result.status), std::move(result.stdout_text), std::move(result.stderr_text)};
}

base::Result<JustOutcome> RunJustBlocking(const JustCall& call) {
  auto result = os::RunProgramBlocking(ProgramOf(call));
  if (!result) {
    return base::Pass(result.error());
  }
  return OutcomeOf(*std::move(result));
}

}  // namespace odu::plan
