#include "support/cli.h"

#include <cstdio>
#include <cstdlib>
#include <variant>

#include "os/run_program.h"

namespace support {

std::ostream& operator<<(std::ostream& out, const CliResult& result) {
  return out << "exit " << result.exit_code << "\n--- stdout\n"
             << result.stdout_text << "--- stderr\n"
             << result.stderr_text << "---";
}

CliResult RunCli(const CliCall& call) {
  os::ProgramCall program;
  program.argv = call.argv;
  program.directory = call.directory;
  program.environment = call.environment;
  program.extra_environment = call.extra_environment;
  program.stdin_text = call.stdin_text;
  program.timeout = std::chrono::seconds(call.timeout_seconds);
  program.stderr_limit = program.stdout_limit;
  base::Result<os::ProgramResult> result = os::RunProgramBlocking(program);
  if (!result) {
    std::fprintf(stderr, "test support: %s\n", result.error().message().c_str());
    std::abort();
  }
  CliResult said;
  if (const auto* exited = std::get_if<os::Exited>(&result->status)) {
    said.exit_code = exited->code;
  } else {
    said.exit_code = 128 + std::get<os::Signalled>(result->status).signal;
  }
  said.stdout_text = std::move(result->stdout_text);
  said.stderr_text = std::move(result->stderr_text);
  return said;
}

}  // namespace support
