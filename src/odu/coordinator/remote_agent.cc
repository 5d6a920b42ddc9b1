#include "odu/coordinator/remote_agent.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "odu/model/ids.h"
#include "os/child.h"
#include "os/file_system.h"

namespace odu::coordinator {
namespace {

using base::Result;

constexpr std::string_view kRunner = "odu-runner";
constexpr std::string_view kJust = "just";
/// contract.md section 3: the oldest just that knows what a plan uses.
constexpr std::string_view kOldestJust = "1.50";

std::string FolderOf(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

/// The systems that a program of that name lies here for.
std::string SystemsOf(const std::string& name, const std::string& folder) {
  std::vector<std::string> systems;
  if (name == kRunner) {
    systems.emplace_back(model::ThisPlatform());
  }
  for (const os::DirEntry& entry : os::ListDir(folder).value_or(std::vector<os::DirEntry>())) {
    if (entry.name.starts_with(name + "-")) {
      systems.push_back(entry.name.substr(name.size() + 1));
    }
  }
  std::ranges::sort(systems);
  const auto repeated = std::ranges::unique(systems);
  systems.erase(repeated.begin(), repeated.end());
  std::string text;
  for (const std::string& system : systems) {
    text += (text.empty() ? "" : ", ") + system;
  }
  return text.empty() ? "none" : text;
}

}  // namespace

Result<std::string> ProgramFor(const std::string& name, const std::string& system,
                               const std::string& runner, const os::Environment& environment) {
  const std::string folder = FolderOf(runner);
  const std::string beside = folder + "/" + name + "-" + system;
  if (os::Exists(beside)) {
    return beside;
  }
  if (system == model::ThisPlatform()) {
    if (name == kRunner) {
      return runner;
    }
    auto found = os::FindProgram(name, environment.entries());
    if (found) {
      auto real = os::RealPath(*found);
      return real ? std::move(*real) : std::move(*found);
    }
  }
  return base::Fail(base::ErrorKind::kHost, "no_program_for_system",
                    fmt::format("there is no {} for {} in this build (it has: {})", name, system,
                                SystemsOf(name, folder)),
                    name == kJust ? fmt::format("install just {} or newer there", kOldestJust)
                                  : fmt::format("put one beside odu as '{}-{}'", name, system));
}

provision::AgentSpec LaneAgentSpec(const std::string& runner, const std::string& provision,
                                   const os::Environment& environment) {
  provision::AgentSpec spec;
  spec.name = kRunner;
  spec.file_for = [runner, environment](const std::string& system) {
    return ProgramFor(std::string(kRunner), system, runner, environment);
  };
  provision::Companion just;
  just.name = kJust;
  just.min_version = kOldestJust;
  just.file_for = [runner, environment](const std::string& system) {
    return ProgramFor(std::string(kJust), system, runner, environment);
  };
  spec.companions.push_back(std::move(just));
  if (provision == "copy") {
    spec.provision = provision::ProvisionWay::kCopy;
  } else if (provision == "nix") {
    spec.provision = provision::ProvisionWay::kNix;
  }
  std::string flake(environment.Get("ODU_RUNNER_FLAKE").value_or(""));
  const std::string shipped = FolderOf(runner) + "/runner-flake";
  if (flake.empty() && os::Exists(shipped + "/flake.nix")) {
    flake = "path:" + shipped;
  }
  if (!flake.empty()) {
    spec.nix = provision::NixSource{flake, "packages.{system}.odu-runner"};
  }
  return spec;
}

Result<provision::HostAddress> LaneAddress(const std::string& host,
                                           const std::vector<std::string>& command) {
  return command.empty() ? provision::HostAddress::Ssh(host)
                         : provision::HostAddress::Pipe(command);
}

}  // namespace odu::coordinator
