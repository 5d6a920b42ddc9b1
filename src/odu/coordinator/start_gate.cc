#include "odu/coordinator/start_gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "git/changes.h"
#include "git/tree.h"
#include "odu/coordinator/plan_source.h"
#include "odu/coordinator/recipe_environment.h"
#include "odu/forge/forge_remote.h"
#include "odu/ledger/ci_folder.h"
#include "odu/model/host_system.h"
#include "odu/model/ids.h"
#include "odu/plan/selection.h"
#include "os/environment.h"

namespace odu::coordinator {
namespace {

using base::ErrorKind;
using base::Fail;
using base::Pass;
using base::Result;
using boost::asio::awaitable;

constexpr size_t kListedFiles = 10;

std::unexpected<base::Error> Dirty(const git::Changes& changes) {
  std::string files;
  for (const git::Change& change : changes.listed) {
    files += (files.empty() ? "" : ", ") + base::Quoted(change.path);
  }
  if (changes.total > changes.listed.size()) {
    files += fmt::format(" and {} more", changes.total - changes.listed.size());
  }
  return Fail(ErrorKind::kRefused, "dirty_tree",
              fmt::format("run: the work tree has changes in {}: {}",
                          base::Counted(changes.total, "file"), files),
              "commit or stash them, or run with --no-strict");
}

/// What is said of the tree: clean or not, and then its content.
awaitable<Result<void>> LookAtTree(World& world, RunDraft& draft) {
  auto changes = co_await git::FindChanges(world.git, draft.repository, kListedFiles,
                                           std::string(ledger::kCiFolder));
  if (!changes) {
    co_return Pass(changes.error());
  }
  draft.dirty = !changes->clean();
  if (!draft.dirty) {
    co_return Result<void>();
  }
  if (!draft.in_place) {
    co_return Dirty(*changes);
  }
  auto id = co_await git::ContentId(world.git, draft.repository, false, world.home.cache,
                                    std::string(ledger::kCiFolder));
  if (!id) {
    co_return Pass(id.error());
  }
  draft.content_id = std::move(*id);
  co_return Result<void>();
}

Result<void> CheckExpectedSha(const RunDraft& draft, const std::string& expected) {
  if (draft.repository.sha.starts_with(expected)) {
    return {};
  }
  return Fail(ErrorKind::kRefused, "checkout_moved",
              fmt::format("run: HEAD is {}, not {}", draft.repository.sha.substr(0, 7), expected),
              "look at what changed before starting the run again");
}

/// A run whose statuses nobody would take is refused before it begins.
awaitable<Result<void>> CheckForge(World& world, const RunDraft& draft,
                                   const model::RunStartRequest& request) {
  if (draft.in_place || request.scope.no_post) {
    co_return Result<void>();
  }
  const auto origin = co_await git::RemoteUrl(world.git, draft.repository, "origin");
  if (!origin) {
    co_return Pass(origin.error());
  }
  const auto api = os::LookUp(request.env, "GITHUB_API_URL");
  const auto forge = forge::FindForge(*origin, api.value_or(""));
  if (!forge) {
    co_return Pass(forge.error().In("run"));
  }
  co_return Result<void>();
}

/// In place is the tree itself; other machines can only have a copy of it.
Result<void> CheckInPlace(const RunDraft& draft, const model::Scope& scope) {
  for (const plan::HostEntry& host : draft.hosts) {
    if (!scope.no_snapshot || plan::IsLocalhost(host.address)) {
      continue;
    }
    const std::string where =
        host.address.empty() ? "behind a command" : "on " + base::Quoted(host.address);
    return Fail(ErrorKind::kRefused, "remote_in_place",
                fmt::format("run: --no-snapshot runs in this work tree, and lane {} is {}",
                            host.platform, where),
                "send it a snapshot of the work tree with --no-strict, or leave it out with "
                "--platform");
  }
  return {};
}

/// This machine's lanes are of this machine's system; of others it is asked when they answer.
Result<void> CheckSystems(const RunDraft& draft) {
  for (const plan::HostEntry& host : draft.hosts) {
    if (!plan::IsLocalhost(host.address)) {
      continue;
    }
    if (auto ok = model::CheckSystem(host.address, model::ThisPlatform(), host.platform); !ok) {
      return Pass(ok.error().In("run"));
    }
  }
  return {};
}

/// Keeps the hosts of the lanes that are left, in their order.
void KeepHostsOfLanes(RunDraft& draft) {
  std::vector<plan::HostEntry> kept;
  for (const model::LanePlan& lane : draft.pipeline.lanes) {
    const auto host = std::ranges::find(draft.hosts, lane.platform, &plan::HostEntry::platform);
    if (host != draft.hosts.end()) {
      kept.push_back(*host);
    }
  }
  draft.hosts = std::move(kept);
}

Result<std::vector<plan::HostEntry>> HostsOf(const model::RunStartRequest& request,
                                             const std::string& toplevel) {
  auto hosts = plan::LoadHosts(request.env, request.cwd.empty() ? toplevel : request.cwd);
  if (!hosts) {
    return Pass(hosts.error());
  }
  return plan::ChooseHosts(*hosts, request.hosts, request.scope.platforms);
}

bool InPlace(const model::Scope& scope) {
  return scope.no_strict || scope.no_snapshot;
}

}  // namespace

awaitable<Result<RunDraft>> DraftRun(World& world, model::RunStartRequest request) {
  RunDraft draft;
  draft.in_place = InPlace(request.scope);
  auto repository = co_await git::OpenRepository(world.git, world.toplevel);
  if (!repository) {
    co_return Pass(repository.error());
  }
  draft.repository = std::move(*repository);
  auto looked = co_await LookAtTree(world, draft);
  if (!looked) {
    co_return Pass(looked.error());
  }
  if (auto ok = CheckExpectedSha(draft, request.expected_sha); !ok) {
    co_return Pass(ok.error());
  }
  auto hosts = HostsOf(request, world.toplevel);
  PlanQuestion question;
  question.repository = draft.repository;
  question.commit = draft.in_place ? std::string() : draft.repository.sha;
  question.cwd = request.cwd;
  question.root = request.scope.root;
  question.pipeline_file = request.scope.pipeline_file;
  question.environment = RecipeEnvironment(request.env, {});
  if (hosts) {
    for (const plan::HostEntry& host : *hosts) {
      question.platforms.push_back(host.platform);
    }
  } else {
    // A plan that is wrong is told before hosts that are.
    question.platforms.emplace_back(model::ThisPlatform());
  }
  auto pipeline = co_await AskForPlan(world, std::move(question));
  if (!pipeline) {
    co_return Pass(pipeline.error());
  }
  if (!hosts) {
    co_return Pass(hosts.error());
  }
  draft.hosts = std::move(*hosts);
  auto selected = plan::Select(*pipeline, request.scope.selectors, request.scope.no_deps);
  if (!selected) {
    co_return Pass(selected.error());
  }
  draft.pipeline = std::move(*selected);
  KeepHostsOfLanes(draft);
  if (auto ok = CheckSystems(draft); !ok) {
    co_return Pass(ok.error());
  }
  auto postable = co_await CheckForge(world, draft, request);
  if (!postable) {
    co_return Pass(postable.error());
  }
  if (auto in_place = CheckInPlace(draft, request.scope); !in_place) {
    co_return Pass(in_place.error());
  }
  co_return draft;
}

awaitable<Result<RunDraft>> DraftRerun(World& world, Rerun rerun) {
  RunDraft draft;
  draft.in_place = InPlace(rerun.scope);
  auto repository = co_await git::OpenRepository(world.git, world.toplevel);
  if (!repository) {
    co_return Pass(repository.error());
  }
  draft.repository = std::move(*repository);
  if (draft.in_place) {
    auto looked = co_await LookAtTree(world, draft);
    if (!looked) {
      co_return Pass(looked.error());
    }
    if (auto ok = CheckExpectedSha(draft, rerun.sha); !ok) {
      co_return Pass(ok.error());
    }
  }
  draft.repository.sha = rerun.sha;
  auto selected = plan::Select(rerun.pipeline, rerun.selected, false);
  if (!selected) {
    co_return Pass(selected.error());
  }
  draft.pipeline = std::move(*selected);
  draft.hosts = std::move(rerun.hosts);
  KeepHostsOfLanes(draft);
  co_return draft;
}

}  // namespace odu::coordinator
