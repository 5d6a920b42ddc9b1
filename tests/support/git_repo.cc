#include "support/git_repo.h"

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "support/cli.h"

namespace support {
namespace {

[[noreturn]] void Die(const std::string& command, const CliResult& result) {
  std::ostringstream words;
  words << result;
  std::fprintf(stderr, "test support: git %s: %s\n", command.c_str(), words.str().c_str());
  std::abort();
}

}  // namespace

std::vector<std::string> GitRepo::CleanEnvironment() {
  return {"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
          "GIT_AUTHOR_NAME=Ada",         "GIT_AUTHOR_EMAIL=ada@example.org",
          "GIT_COMMITTER_NAME=Ada",      "GIT_COMMITTER_EMAIL=ada@example.org",
          "GIT_TERMINAL_PROMPT=0"};
}

GitRepo::GitRepo() : path_(dir_ / "repo") {
  CliCall call;
  call.argv = {"git", "init", "--quiet", "--initial-branch=main", path_};
  call.extra_environment = CleanEnvironment();
  const CliResult result = RunCli(call);
  if (result.exit_code != 0) {
    Die("init", result);
  }
}

std::string GitRepo::Git(const std::vector<std::string>& arguments) const {
  CliCall call;
  call.argv = {"git", "-C", path_};
  call.argv.insert(call.argv.end(), arguments.begin(), arguments.end());
  call.extra_environment = CleanEnvironment();
  CliResult result = RunCli(call);
  if (result.exit_code != 0) {
    Die(arguments.empty() ? "" : arguments[0], result);
  }
  if (result.stdout_text.ends_with('\n')) {
    result.stdout_text.pop_back();
  }
  return result.stdout_text;
}

void GitRepo::Write(std::string_view name, std::string_view bytes, int mode) const {
  dir_.Write("repo/" + std::string(name), bytes, mode);
}

std::string GitRepo::Commit(std::string_view message) const {
  Git({"add", "--all"});
  Git({"commit", "--quiet", "--allow-empty", "--message", std::string(message)});
  return Git({"rev-parse", "HEAD"});
}

}  // namespace support
