#include "odu/coordinator/recipe_environment.h"

#include <array>
#include <string_view>

#include "base/text.h"
#include "os/environment.h"

namespace odu::coordinator {
namespace {

constexpr size_t kMaxBytes = size_t{1} << 20;
constexpr size_t kMaxEntries = 8192;

constexpr std::array<std::string_view, 33> kWithheld{
    "CLAUDE*",
    "CODEX*",
    "GEMINI_CLI*",
    "OPENCODE*",
    "MCP_*",
    "GH_TOKEN",
    "GITHUB_TOKEN",
    "GH_ENTERPRISE_TOKEN",
    "GITHUB_ENTERPRISE_TOKEN",
    "PWD",
    "OLDPWD",
    "ODU_ATTEMPT_ID",
    "ODU_ATTEMPT",
    "ODU_NODE",
    "ODU_RUN",
    "ODU_PLATFORM",
    // git rev-parse --local-env-vars
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
};

}  // namespace

std::vector<std::string> RecipeEnvironment(std::span<const std::string> caller,
                                           std::span<const std::string> pass_env) {
  const std::vector<std::string> entries(caller.begin(), caller.end());
  os::Environment environment(entries);
  environment.RemoveMatching(kWithheld);
  for (const std::string& name : pass_env) {
    if (const auto value = os::LookUp(caller, name)) {
      environment.Set(name, *value);
    }
  }
  return environment.entries();
}

ledger::RunEnvironment RunEnvironmentOf(std::span<const std::string> caller,
                                        std::span<const plan::HostEntry> hosts) {
  ledger::RunEnvironment environment;
  environment.common = os::Environment(RecipeEnvironment(caller, {}));
  for (const plan::HostEntry& host : hosts) {
    os::Environment& passed = environment.passed[host.platform];
    for (const std::string& name : host.pass_env) {
      if (const auto value = os::LookUp(caller, name)) {
        passed.Set(name, *value);
      }
    }
    if (passed.entries().empty()) {
      environment.passed.erase(host.platform);
    }
  }
  return environment;
}

base::Result<void> CheckEnvironment(std::span<const std::string> environment) {
  size_t bytes = 0;
  for (const std::string& entry : environment) {
    bytes += entry.size() + 1;
    if (entry.find('=') == std::string::npos || entry.contains('\0')) {
      return base::Fail(base::ErrorKind::kUsage, "bad_environment",
                        "environment: an entry is not NAME=value: " +
                            base::Quoted(entry.substr(0, entry.find('='))));
    }
  }
  if (bytes > kMaxBytes || environment.size() > kMaxEntries) {
    return base::Fail(base::ErrorKind::kLimit, "environment_too_large",
                      "environment: larger than 1 MiB or 8192 variables",
                      "start the run with a smaller environment, for example under 'env -i'");
  }
  return {};
}

}  // namespace odu::coordinator
