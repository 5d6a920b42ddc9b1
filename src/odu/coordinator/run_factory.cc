#include "odu/coordinator/run_factory.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include "base/log.h"
#include "odu/coordinator/host_share.h"
#include "odu/coordinator/last_words.h"
#include "odu/coordinator/recipe_environment.h"
#include "odu/coordinator/remote_source.h"
#include "odu/coordinator/start_check.h"
#include "odu/model/forge_tokens.h"
#include "odu/model/ids.h"
#include "odu/model/lane_folder.h"
#include "odu/model/run_id.h"
#include "os/file_system.h"

namespace odu::coordinator {
namespace {

using base::Pass;
using base::Result;
using boost::asio::awaitable;

bool InPlace(const model::Scope& scope) {
  return scope.no_strict || scope.no_snapshot;
}

/// What a lane on another machine gets over its login environment: nothing of this one's but what
/// the user names in the hosts file, and never a forge's token.
std::vector<std::string> EnvironmentElsewhere(const ledger::RunEnvironment& environment,
                                              std::string_view platform) {
  const auto passed = environment.passed.find(platform);
  if (passed == environment.passed.end()) {
    return {};
  }
  os::Environment sent = passed->second;
  sent.RemoveMatching(model::kForgeTokens);
  return sent.entries();
}

model::ConfigureRequest ConfigureOf(const World& world, const ledger::RunHeader& header,
                                    const ledger::RunLane& lane,
                                    const ledger::RunEnvironment& environment,
                                    const Durations& durations) {
  model::ConfigureRequest configure;
  configure.request_id = "configure-" + header.run_id;
  configure.run_id = header.run_id;
  configure.run_ref = header.ref;
  configure.epoch = world.epoch;
  for (const model::LanePlan& plan : header.pipeline.lanes) {
    if (plan.platform == lane.platform) {
      configure.plan = plan;
    }
  }
  const bool in_place = InPlace(header.scope);
  configure.source.mode = in_place ? model::SourceMode::kInPlace : model::SourceMode::kWorktree;
  configure.source.repository = header.checkout;
  configure.source.sha = header.sha;
  configure.source.workspace = in_place ? std::string() : lane.workspace;
  if (lane.remote) {
    // Its places are its carrier's to say, once the host has been reached.
    configure.source.mode = model::SourceMode::kShipped;
    configure.source.repository.clear();
    configure.source.sha = lane.sha.empty() ? header.sha : lane.sha;
    configure.source.origin = lane.origin;
  }
  if (const auto known = durations.find(lane.platform); known != durations.end()) {
    for (const model::PlanNode& node : configure.plan.nodes) {
      if (const auto time = known->second.find(node.id); time != known->second.end()) {
        configure.durations_ms.insert(*time);
      }
    }
  }
  configure.jobs = lane.jobs;
  configure.login_environment = lane.remote;
  configure.env = lane.remote ? EnvironmentElsewhere(environment, lane.platform)
                              : environment.Of(lane.platform).entries();
  configure.umask = header.umask;
  configure.enter = lane.enter;
  return configure;
}

ledger::RunHeader HeaderOf(const World& world, RunDraft& draft,
                           const model::RunStartRequest& request, const std::string& run_id) {
  ledger::RunHeader header;
  header.run_id = run_id;
  header.sha = draft.repository.sha;
  header.content_id = draft.content_id;
  header.dirty = draft.dirty;
  header.scope = request.scope;
  header.pipeline = std::move(draft.pipeline);
  header.checkout = world.toplevel;
  header.checkout_id = world.checkout_id;
  header.started_at = world.clock.WallMs();
  header.started_by = ShownText(request.started_by);
  header.epoch = world.epoch;
  header.jobs = request.jobs;
  header.umask = request.umask;
  for (const model::LanePlan& plan : header.pipeline.lanes) {
    header.expected.push_back(model::NodeId(model::kSetupRecipe, plan.platform));
    for (const model::PlanNode& node : plan.nodes) {
      header.expected.push_back(model::NodeId(node.id, plan.platform));
    }
  }
  const auto cpus = static_cast<int32_t>(std::max(1U, std::thread::hardware_concurrency()));
  const std::vector<int32_t> jobs = ShareJobs(draft.hosts, request.jobs, cpus);
  for (size_t i = 0; i < draft.hosts.size(); ++i) {
    const plan::HostEntry& host = draft.hosts[i];
    ledger::RunLane lane;
    lane.jobs = jobs[i];
    lane.platform = host.platform;
    lane.host = host.address;
    lane.workspace = draft.in_place ? world.toplevel
                                    : world.home.cache + "/work/" + run_id + "/" + host.platform;
    lane.enter = host.enter;
    lane.pass_env = host.pass_env;
    lane.host_jobs = host.jobs;
    if (!plan::IsLocalhost(host.address)) {
      lane.remote = true;
      lane.workspace.clear();
      lane.command = host.command;
      lane.host =
          host.command.empty() ? host.address : fmt::format("{}", fmt::join(host.command, " "));
      lane.provision = host.provision;
      lane.durable = host.durable.value_or(host.command.empty());
      lane.lost_after_ms = request.lane_lost_after_ms;
    }
    header.lanes.push_back(std::move(lane));
  }
  return header;
}

/// Everything that has to be on the disk before a run counts as begun; blocks.
Result<std::pair<ledger::RunFolder, ledger::Journal>> WriteDown(
    const World& world, ledger::RunHeader& header, const model::RunStartRequest& request,
    const ledger::RunEnvironment& environment) {
  const auto entry = ledger::MintRun(world.checkout, header.run_id, header.sha, header.started_at);
  if (!entry) {
    return Pass(entry.error());
  }
  header.seq = entry->seq;
  header.ref = ledger::RefOf(header.sha, entry->seq);
  auto folder = ledger::CreateRun(world.home.state, header, environment);
  if (!folder) {
    return Pass(folder.error());
  }
  auto journal =
      ledger::Journal::Create(folder->journal(), header.started_at, ledger::RequestLine{request});
  if (!journal) {
    return Pass(journal.error());
  }
  return std::pair(std::move(*folder), std::move(*journal));
}

/// What a lane is told, with what it alone gets of the caller's environment.
LaneStart StartOf(const World& world, const ledger::RunHeader& header, const ledger::RunLane& lane,
                  const ledger::RunEnvironment& environment, const Durations& durations) {
  LaneStart start;
  start.lane = lane;
  start.configure = ConfigureOf(world, header, lane, environment, durations);
  start.configure.masked = environment.SecretsOf(lane.platform);
  return start;
}

/// Adds to the lanes on other machines what they make their tree from.
awaitable<Result<void>> FillSources(World& world, git::Repository repository,
                                    ledger::RunHeader& header) {
  if (std::ranges::none_of(header.lanes, &ledger::RunLane::remote)) {
    co_return Result<void>();
  }
  auto source = co_await SourceForOthers(world, repository, header.dirty, header.run_id);
  if (!source) {
    co_return Pass(source.error());
  }
  for (ledger::RunLane& lane : header.lanes) {
    if (lane.remote) {
      lane.origin = source->origin;
      lane.sha = source->sha == header.sha ? std::string() : source->sha;
      lane.objects = source->objects;
      lane.git_dir = repository.common_dir;
    }
  }
  co_return Result<void>();
}

/// Makes the folder a lane lives in; the run folder's own permissions keep others out.
Result<void> MakeLaneFolder(const ledger::RunFolder& folder, const std::string& platform) {
  return os::MakeDirs(folder.lane(platform), 0700);
}

}  // namespace

awaitable<Result<RunParts>> MakeRun(World& world, RunDraft draft, model::RunStartRequest request,
                                    Durations durations, std::string linked_from) {
  const ledger::RunEnvironment environment = RunEnvironmentOf(request.env, draft.hosts);
  const std::string run_id = model::NewRunId(world.clock.WallMs());
  ledger::RunHeader header = HeaderOf(world, draft, request, run_id);
  header.linked_from = std::move(linked_from);
  auto filled = co_await FillSources(world, draft.repository, header);
  if (!filled) {
    co_return Pass(filled.error());
  }
  auto write = [&world, &header, &request, &environment] {
    return WriteDown(world, header, request, environment);
  };
  auto written = co_await world.worker.Run(std::move(write));
  if (!written) {
    co_return Pass(written.error());
  }
  std::vector<LaneStart> lanes;
  for (const ledger::RunLane& lane : header.lanes) {
    if (auto made = MakeLaneFolder(written->first, lane.platform); !made) {
      co_return Pass(made.error());
    }
    lanes.push_back(StartOf(world, header, lane, environment, durations));
  }
  RunParts parts{std::move(header), std::move(written->first),     std::move(written->second),
                 std::move(lanes),  environment.Whole().entries(), std::nullopt};
  co_return parts;
}

awaitable<Result<RunParts>> AdoptRun(World& world, std::string run_id, Durations durations) {
  const ledger::RunFolder folder = ledger::FolderOf(world.home.state, run_id);
  auto read = [folder] { return ledger::ReadRun(folder); };
  auto record = co_await world.worker.Run(std::move(read));
  if (!record) {
    co_return Pass(record.error());
  }
  auto journal = ledger::Journal::Adopt(folder.journal());
  if (!journal) {
    co_return Pass(journal.error());
  }
  ledger::OwnerLine owner;
  owner.epoch = world.epoch;
  owner.pid = getpid();
  owner.build = world.build;
  auto taken = journal->Append(world.clock.WallMs(), ledger::JournalBody(owner));
  if (taken) {
    taken = journal->Flush();
  }
  if (!taken) {
    co_return Pass(taken.error());
  }
  ledger::RunEnvironment environment;
  if (auto kept = ledger::ReadRunEnvironment(folder, record->header.lanes)) {
    environment = std::move(*kept);
  } else {
    base::LogWarning("coordinator", "{}: its environment: {}", run_id, kept.error().message());
  }
  world.ssh_agents->Offer(environment.common.entries());
  std::vector<LaneStart> lanes;
  for (const ledger::RunLane& lane : record->header.lanes) {
    LaneStart start = StartOf(world, record->header, lane, environment, durations);
    const auto line = record->lanes.find(lane.platform);
    if (line != record->lanes.end()) {
      start.cancels = line->second.cancels;
      start.runner = line->second.runner;
    }
    const bool ended = line != record->lanes.end() && line->second.ended;
    // An owner may die between releasing a lane and writing down that it ended.
    start.over = ended || (record->settled && IsDoneWith(*record, folder, lane.platform));
    start.adopt = lane.remote ? line != record->lanes.end() && line->second.came
                              : HadPlan(model::LaneFolder(folder.lane(lane.platform)));
    if (auto made = MakeLaneFolder(folder, lane.platform); !made) {
      co_return Pass(made.error());
    }
    lanes.push_back(std::move(start));
  }
  ledger::RunHeader header = record->header;
  RunParts parts{std::move(header),
                 folder,
                 std::move(*journal),
                 std::move(lanes),
                 environment.Whole().entries(),
                 std::move(*record)};
  co_return parts;
}

std::vector<plan::HostEntry> HostsOf(const ledger::RunHeader& header) {
  std::vector<plan::HostEntry> hosts;
  for (const ledger::RunLane& lane : header.lanes) {
    plan::HostEntry host;
    host.platform = lane.platform;
    host.address = lane.command.empty() ? lane.host : std::string();
    host.command = lane.command;
    host.provision = lane.provision;
    if (lane.remote) {
      host.durable = lane.durable;
    }
    host.jobs = lane.host_jobs;
    host.enter = lane.enter;
    host.pass_env = lane.pass_env;
    hosts.push_back(std::move(host));
  }
  return hosts;
}

}  // namespace odu::coordinator
