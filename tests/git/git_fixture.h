#pragma once

#include <string>
#include <utility>
#include <vector>

#include "git/repository.h"
#include "support/cli.h"
#include "support/git_repo.h"
#include "support/temp_dir.h"

namespace git {

/// What the tests' git sees of the world: a PATH and no configuration of anybody's.
inline os::Environment TestEnvironment() {
  os::Environment environment(support::GitRepo::CleanEnvironment());
  environment.Set("PATH", "/usr/local/bin:/usr/bin:/bin");
  environment.Set("HOME", "/nonexistent");
  return environment;
}

/// Runs any git, for repositories that are no GitRepo; stdout without its last newline.
inline std::string RawGit(std::vector<std::string> arguments) {
  support::CliCall call;
  call.argv = {"git", "-c", "protocol.file.allow=always"};
  call.argv.insert(call.argv.end(), arguments.begin(), arguments.end());
  call.extra_environment = support::GitRepo::CleanEnvironment();
  std::string text = support::RunCli(call).stdout_text;
  if (text.ends_with('\n')) {
    text.pop_back();
  }
  return text;
}

inline Repository Opened(Runner& runner, const std::string& directory) {
  return Blocking(OpenRepository(runner, directory)).value();
}

}  // namespace git
