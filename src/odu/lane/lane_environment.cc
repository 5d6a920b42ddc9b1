#include "odu/lane/lane_environment.h"

#include <array>
#include <string_view>

#include "odu/lane/workspace.h"
#include "odu/model/forge_tokens.h"
#include "os/file_system.h"

namespace odu::lane {

namespace {

constexpr std::array<std::string_view, 5> kAgentHosts{"CLAUDE*", "CODEX*", "GEMINI_CLI*",
                                                      "OPENCODE*", "MCP_*"};

/// Of the connection that brought the lane, which it outlives; the agent's socket stays, it may
/// still answer.
constexpr std::array<std::string_view, 4> kConnection{"SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY",
                                                      "SSH_ORIGINAL_COMMAND"};

constexpr std::array<std::string_view, 7> kOurs{
    "ODU", "ODU_RUN", "ODU_NODE", "ODU_PLATFORM", "ODU_ATTEMPT*", "PWD", "OLDPWD"};

constexpr std::string_view kUsualPath = "/usr/local/bin:/usr/bin:/bin";

}  // namespace

std::vector<std::string> LaneEnvironment(const model::ConfigureRequest& request,
                                         const os::Environment& own) {
  if (!request.login_environment) {
    return request.env;
  }
  os::Environment environment = own;
  environment.RemoveMatching(kAgentHosts);
  environment.RemoveMatching(kConnection);
  const os::Environment over(request.env);
  for (const std::string& entry : over.entries()) {
    const std::string_view view = entry;
    const size_t equals = view.find('=');
    environment.Set(view.substr(0, equals), view.substr(equals + 1));
  }
  environment.RemoveMatching(model::kForgeTokens);
  return environment.entries();
}

std::vector<std::string> RecipeEnvironment(const model::ConfigureRequest& request,
                                           const std::vector<std::string>& lane_environment,
                                           const std::string& just_folder) {
  os::Environment environment(lane_environment);
  environment.RemoveMatching(kOurs);
  environment.Set("CI", "true");
  environment.Set("ODU", "1");
  environment.Set("ODU_RUN", request.run_ref.empty() ? request.run_id : request.run_ref);
  environment.Set("ODU_PLATFORM", request.plan.platform);
  // PWD would be the caller's.
  environment.Set("PWD", WorkspaceOf(request.source));
  if (!just_folder.empty()) {
    const auto path = environment.Get("PATH");
    environment.Set("PATH", just_folder + ":" + std::string(path ? *path : kUsualPath));
  }
  return environment.entries();
}

base::Result<std::string> MakeJustFolder(const std::string& lane_folder, const std::string& just) {
  if (just.empty()) {
    return std::string();
  }
  const std::string folder = lane_folder + "/bin";
  if (auto made = os::MakeDirs(folder); !made) {
    return base::Pass(made.error());
  }
  if (auto linked = os::LinkOrSymlink(just, folder + "/just"); !linked) {
    return base::Pass(linked.error().In("just"));
  }
  return folder;
}

}  // namespace odu::lane
