#include "odu/command/protect.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "git/repository.h"
#include "git/runner.h"
#include "odu/command/blocking_just.h"
#include "odu/command/forge_access.h"
#include "odu/forge/protection.h"
#include "odu/model/ids.h"
#include "odu/plan/hosts_file.h"
#include "odu/plan/load_plan.h"

namespace odu::command {
namespace {

using base::Pass;
using base::Result;

Result<std::vector<std::string>> PlatformsOf(const ProtectCall& call, std::string& from) {
  if (!call.platforms.empty()) {
    // Without hosts: this is about what is required, not about what runs here.
    for (const std::string& platform : call.platforms) {
      if (auto ok = model::CheckPlatform(platform); !ok) {
        return Pass(ok.error());
      }
    }
    return call.platforms;
  }
  const auto hosts = plan::LoadHosts(call.environment.entries(), call.cwd);
  if (!hosts) {
    return Pass(hosts.error());
  }
  const auto chosen = plan::ChooseHosts(*hosts, {}, {});
  if (!chosen) {
    return base::Fail(chosen.error().kind(), chosen.error().code(), chosen.error().message(),
                      "name the platforms that have to be green: --platform x86_64-linux");
  }
  from = hosts->path;
  std::vector<std::string> platforms;
  for (const plan::HostEntry& host : *chosen) {
    platforms.push_back(host.platform);
  }
  return platforms;
}

/// The ruleset to change, with what changes; id 0 is one to be made.
Result<std::pair<int64_t, forge::Protection>> ChangeFor(const ProtectCall& call,
                                                        forge::Github& github,
                                                        const std::string& branch,
                                                        const std::vector<std::string>& contexts) {
  const auto rules = github.RulesOf(branch);
  if (!rules) {
    return Pass(rules.error().error);
  }
  const auto id = forge::RulesetThatRequires(*rules, branch);
  if (!id) {
    return Pass(id.error());
  }
  if (*id == 0) {
    if (!call.create) {
      return base::Fail(base::ErrorKind::kRefused, "no_ruleset",
                        fmt::format("no ruleset requires statuses of {}", base::Quoted(branch)),
                        "--create makes one; --create --dry-run shows it");
    }
    return std::pair(int64_t{0}, forge::NewRuleset(branch, contexts));
  }
  if (call.create) {
    return base::Fail(
        base::ErrorKind::kRefused, "ruleset_exists",
        fmt::format("ruleset {} requires statuses of {} already", *id, base::Quoted(branch)),
        "without --create it is changed");
  }
  const auto ruleset = github.Ruleset(*id);
  if (!ruleset) {
    return Pass(ruleset.error().error);
  }
  auto change = forge::ChangedRuleset(*ruleset, contexts);
  if (!change) {
    return Pass(change.error());
  }
  return std::pair(*id, std::move(*change));
}

}  // namespace

Result<std::vector<std::string>> ContextsOf(const ProtectCall& call, std::string& platforms_from) {
  auto platforms = PlatformsOf(call, platforms_from);
  if (!platforms) {
    return Pass(platforms.error());
  }
  plan::PlanRequest request;
  const std::optional<std::string> toplevel = git::FindToplevel(call.cwd);
  request.folder = toplevel.value_or(call.cwd);
  request.ceiling = toplevel.value_or("");
  request.platforms = std::move(*platforms);
  const auto pipeline = plan::LoadPlan(request, BlockingJust(call.environment));
  if (!pipeline) {
    return Pass(pipeline.error());
  }
  std::vector<std::string> contexts;
  for (const model::LanePlan& lane : pipeline->lanes) {
    for (const model::PlanNode& node : lane.nodes) {
      contexts.push_back(model::NodeId(node.id, lane.platform));
    }
  }
  if (contexts.empty()) {
    return base::Fail(base::ErrorKind::kUsage, "nothing_to_run",
                      "protect: the pipeline has no node to wait for");
  }
  std::ranges::sort(contexts);
  contexts.erase(std::ranges::unique(contexts).begin(), contexts.end());
  return contexts;
}

Result<model::ProtectReport> Protect(const ProtectCall& call) {
  git::BlockingRunner runner(call.environment);
  if (const auto repository = git::Blocking(git::OpenRepository(runner, call.cwd)); !repository) {
    return Pass(repository.error());
  }
  model::ProtectReport report;
  auto contexts = ContextsOf(call, report.platforms_from);
  if (!contexts) {
    return Pass(contexts.error());
  }
  report.contexts = std::move(*contexts);
  const auto access = OpenForge(call.cwd, call.environment);
  if (!access) {
    return Pass(access.error());
  }
  report.repository = access->remote.owner + "/" + access->remote.repository;
  report.branch = call.branch;
  if (report.branch.empty()) {
    const auto branch = access->github->DefaultBranch();
    if (!branch) {
      return Pass(branch.error().error);
    }
    report.branch = *branch;
  }
  auto change = ChangeFor(call, *access->github, report.branch, report.contexts);
  if (!change) {
    return Pass(change.error());
  }
  auto& [id, protection] = *change;
  report.ruleset_id = id;
  report.ruleset = protection.ruleset;
  report.added = protection.added;
  report.removed = protection.removed;
  report.kept = protection.kept;
  report.diff = protection.diff;
  if (call.dry_run || protection.body.empty()) {
    return report;
  }
  const auto written = access->github->WriteRuleset(id, protection.body);
  if (!written) {
    return Pass(written.error().error);
  }
  if (const auto* made = written->if_contains("id"); made != nullptr && made->is_int64()) {
    report.ruleset_id = made->get_int64();
  }
  report.applied = true;
  return report;
}

}  // namespace odu::command
