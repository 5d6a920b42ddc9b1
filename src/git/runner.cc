#include "git/runner.h"

#include <array>
#include <string_view>

#include "git/failure.h"

namespace git {
namespace {

// What `git rev-parse --local-env-vars` names (a hook's environment has them), what changes the
// meaning of paths, and what writes to stderr. Configuration by environment stays: it is how
// containers say safe.directory.
constexpr std::array<std::string_view, 16> kForeign{"GIT_ALTERNATE_OBJECT_DIRECTORIES",
                                                    "GIT_CONFIG",
                                                    "GIT_OBJECT_DIRECTORY",
                                                    "GIT_DIR",
                                                    "GIT_WORK_TREE",
                                                    "GIT_IMPLICIT_WORK_TREE",
                                                    "GIT_GRAFT_FILE",
                                                    "GIT_INDEX_FILE",
                                                    "GIT_NO_REPLACE_OBJECTS",
                                                    "GIT_REPLACE_REF_BASE",
                                                    "GIT_PREFIX",
                                                    "GIT_SHALLOW_FILE",
                                                    "GIT_COMMON_DIR",
                                                    "GIT_NAMESPACE",
                                                    "GIT_QUARANTINE_PATH",
                                                    "GIT_TRACE*"};

constexpr std::array<std::string_view, 3> kPathspecs{"GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS",
                                                     "GIT_ICASE_PATHSPECS"};

base::Result<os::ProgramResult> Explained(base::Result<os::ProgramResult> result) {
  if (!result && result.error().code() == "program_not_found") {
    return base::Fail(base::ErrorKind::kHost, "git_missing", "git is not on PATH",
                      "install git (Debian: apt-get install git)");
  }
  return result;
}

}  // namespace

os::ProgramCall CallOf(Command command, const os::Environment& base) {
  os::Environment environment = base;
  environment.RemoveMatching(kForeign);
  environment.RemoveMatching(kPathspecs);
  environment.Set("GIT_OPTIONAL_LOCKS", "0");
  environment.Set("GIT_TERMINAL_PROMPT", "0");
  environment.Set("GIT_LITERAL_PATHSPECS", "1");
  environment.Set("LC_ALL", "C");

  os::ProgramCall call;
  call.argv.reserve(command.arguments.size() + 3);
  call.argv.emplace_back("git");
  call.argv.emplace_back("-c");
  call.argv.emplace_back("core.hooksPath=/dev/null");
  for (std::string& argument : command.arguments) {
    call.argv.push_back(std::move(argument));
  }
  call.directory = std::move(command.directory);
  call.environment = environment.entries();
  call.extra_environment = std::move(command.environment);
  call.stdin_text = std::move(command.stdin_text);
  call.stdin_fd = command.stdin_fd;
  call.timeout = command.timeout;
  call.stdout_limit = command.stdout_limit;
  return call;
}

LoopRunner::LoopRunner(os::Reaper& reaper, async::Clock& clock, os::Environment environment)
    : reaper_(reaper), clock_(clock), environment_(std::move(environment)) {}

boost::asio::awaitable<base::Result<os::ProgramResult>> LoopRunner::Run(Command command) {
  os::ProgramCall call = CallOf(std::move(command), environment_);
  co_return Explained(co_await os::RunProgram(reaper_, clock_, std::move(call)));
}

BlockingRunner::BlockingRunner(os::Environment environment)
    : environment_(std::move(environment)) {}

boost::asio::awaitable<base::Result<os::ProgramResult>> BlockingRunner::Run(Command command) {
  co_return Explained(os::RunProgramBlocking(CallOf(std::move(command), environment_)));
}

boost::asio::awaitable<base::Result<std::string>> Output(Runner& runner, Command command) {
  const std::string verb = command.arguments.empty() ? std::string() : command.arguments.front();
  auto result = co_await runner.Run(std::move(command));
  if (!result) {
    co_return base::Pass(result.error());
  }
  if (!result->ok()) {
    co_return base::Pass(Failure(verb, *result));
  }
  co_return std::move(result->stdout_text);
}

}  // namespace git
