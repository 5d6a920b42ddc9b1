#include "odu/lane/lane.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <thread>
#include <utility>

#include "base/sha256.h"
#include "base/text.h"
#include "odu/lane/lane_environment.h"
#include "odu/lane/workspace.h"
#include "odu/model/ids.h"
#include "os/environment.h"

namespace odu::lane {

using model::NodeStatus;

namespace {

constexpr size_t kReadBufferBytes = size_t{1} << 20;

}  // namespace

Lane::Lane(LaneParts parts, model::LaneFolder folder)
    : parts_(parts),
      folder_(std::move(folder)),
      context_{parts.tasks, parts.reaper, parts.supervisor, parts.worker,
               std::vector<char>(kReadBufferBytes)},
      desk_(parts.tasks.executor(), folder_.path(),
            [this](const model::SourceNeed& need) {
              cell_.need = need;
              PublishCell();
            }),
      settled_(parts.tasks.executor()) {}

Lane::~Lane() = default;

void Lane::Configure(const model::ConfigureRequest& request) {
  request_ = request;
  lane_environment_ = LaneEnvironment(request, os::Environment::Current());
  auto just_folder = MakeJustFolder(folder_.path(), request.just);
  if (!just_folder) {
    refusal_ = just_folder.error();
  }
  recipe_environment_ =
      RecipeEnvironment(request, lane_environment_, just_folder.value_or(std::string()));
  for (model::PlanNode& node : request_.plan.nodes) {
    if (!request.just.empty() && !node.argv.empty() && node.argv.front() == "just") {
      node.argv.front() = request.just;
    }
  }
  if (auto masked = std::make_shared<MaskedValues>(request.masked); !masked->empty()) {
    context_.masked = std::move(masked);
  }
  int jobs = request.jobs;
  if (jobs == 0) {
    jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  }
  scheduler_ = std::make_unique<Scheduler>(request_.plan, request_.durations_ms, jobs);
  cell_.phase = model::LanePhase::kRunning;
  cell_.jobs = jobs;
  cell_.workspace = WorkspaceOf(request_.source);
  PublishCell();
  scheduler_->Begin();
  Pump();
}

/// Carries out what the scheduler decides, until it has nothing more to say. An end that comes from
/// inside a start is taken up here, not on top of it.
void Lane::Pump() {
  if (pumping_) {
    return;
  }
  pumping_ = true;
  while (true) {
    for (auto& [node, end] : std::exchange(ended_, {})) {
      Ended(node, std::move(end));
    }
    const std::vector<Decision> decisions = scheduler_->Take();
    if (decisions.empty() && ended_.empty()) {
      break;
    }
    for (const Decision& decision : decisions) {
      Apply(decision);
    }
  }
  pumping_ = false;
  CheckSettled();
}

void Lane::Apply(const Decision& decision) {
  latest_[decision.node] = std::max(latest_[decision.node], decision.n);
  switch (decision.kind) {
    case Decision::Kind::kStart:
      Start(decision);
      break;
    case Decision::Kind::kStop: {
      const auto found = running_.find(decision.node);
      if (found == running_.end()) {
        break;  // it ended in this very turn
      }
      if (found->second.process) {
        found->second.process->Stop(decision.at_once);
      } else if (found->second.setup) {
        found->second.setup->Stop(decision.at_once);
      }
      break;
    }
    case Decision::Kind::kRecord:
      RecordWithoutRun(decision);
      break;
    case Decision::Kind::kReset: {
      model::Attempt attempt;
      attempt.node = scheduler_->id(decision.node);
      attempt.n = decision.n;
      attempt.status = NodeStatus::kPending;
      parts_.board.Put(attempt);
      break;
    }
  }
}

void Lane::Start(const Decision& decision) {
  Running& running = running_[decision.node];
  running = {};
  running.attempt.node = scheduler_->id(decision.node);
  running.attempt.n = decision.n;
  running.attempt.status = NodeStatus::kRunning;
  running.attempt.started_at = parts_.clock.WallMs();
  running.began = parts_.clock.Now();
  parts_.board.Put(running.attempt);
  if (decision.node == kSetupNode) {
    StartSetup(running);
  } else {
    StartRecipe(decision.node, running);
  }
}

void Lane::StartSetup(Running& running) {
  SetupCall call;
  call.source = request_.source;
  call.environment = lane_environment_;
  call.log_path = folder_.log(running.attempt.node, running.attempt.n);
  call.again = running.attempt.n > 1;
  if (!call.again) {
    call.story = request_.story;
  }
  call.desk = &desk_;
  call.enter = request_.enter;
  call.recipe_environment = recipe_environment_;
  call.umask = static_cast<mode_t>(request_.umask);
  call.marker = model::AttemptMarker(request_.run_id, request_.plan.platform, running.attempt.node,
                                     running.attempt.n);
  call.failure = refusal_;
  running.setup =
      std::make_unique<Setup>(context_, parts_.clock, std::move(call), [this](RecipeEnd end) {
        ended_.emplace_back(kSetupNode, std::move(end));
        Pump();
      });
}

void Lane::StartRecipe(NodeIndex node, Running& running) {
  const model::PlanNode& planned = request_.plan.nodes[node - 1];
  const int32_t n = running.attempt.n;
  std::vector<std::string> entered;
  if (!request_.enter.empty()) {
    entered = request_.enter;
    entered.insert(entered.end(), planned.argv.begin(), planned.argv.end());
  }
  RecipeCall call;
  call.marker = model::AttemptMarker(request_.run_id, request_.plan.platform, planned.id, n);
  const std::array<std::string, 3> extra{
      "ODU_NODE=" + model::NodeId(planned.id, request_.plan.platform),
      "ODU_ATTEMPT=" + std::to_string(n), "ODU_ATTEMPT_ID=" + call.marker};
  call.argv = entered.empty() ? planned.argv : entered;
  call.environment = recipe_environment_;
  call.extra_environment = extra;
  call.directory = WorkspaceOf(request_.source);
  call.umask = static_cast<mode_t>(request_.umask);
  call.log_path = folder_.log(planned.id, n);
  auto process = parts_.start_recipe(context_, call, [this, node](RecipeEnd end) {
    ended_.emplace_back(node, std::move(end));
    Pump();
  });
  running.process = std::move(process);
}

void Lane::Ended(NodeIndex node, RecipeEnd end) {
  const auto found = running_.find(node);
  Running running = std::move(found->second);
  running_.erase(found);
  const Outcome outcome = scheduler_->Ended(node, end.status, std::move(end.reason));
  model::Attempt& attempt = running.attempt;
  attempt.status = outcome.status;
  attempt.reason = outcome.reason;
  if (outcome.status != NodeStatus::kCancelled) {
    attempt.exit_code = end.exit_code;
  }
  attempt.duration_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(parts_.clock.Now() - running.began)
          .count();
  attempt.log_bytes = end.log_bytes;
  attempt.log_sha256 = std::move(end.log_sha256);
  attempt.log_complete = end.log_complete;
  const std::shared_ptr<AttemptLog> log =
      running.process ? running.process->log() : running.setup->log();
  if (log && attempt.log_bytes > 0) {
    parts_.sync.Wrote(log->fd());
  }
  if (log) {
    parts_.sync.WroteNameIn(folder_.logs());
  }
  parts_.board.Put(attempt);
}

/// Skipped, or cancelled before it ran: its log says so in one line.
void Lane::RecordWithoutRun(const Decision& decision) {
  model::Attempt attempt;
  attempt.node = scheduler_->id(decision.node);
  attempt.n = decision.n;
  attempt.status = decision.status;
  attempt.reason = decision.reason;
  attempt.started_at = 0;  // it never did
  attempt.duration_ms = 0;
  const std::string line = "[odu] " + decision.reason + "\n";
  auto log = AttemptLog::Create(folder_.log(attempt.node, attempt.n));
  if (log && (*log)->Append(line)) {
    attempt.log_complete = true;
    attempt.log_sha256 = base::Sha256Hex(line);
  }
  if (log) {
    (*log)->Seal();
    attempt.log_bytes = (*log)->size();
  }
  parts_.board.Put(attempt);
}

void Lane::CheckSettled() {
  if (!scheduler_->settled()) {
    if (cell_.phase == model::LanePhase::kSettled) {
      cell_.phase = model::LanePhase::kRunning;
      PublishCell();
    }
    return;
  }
  if (cell_.phase == model::LanePhase::kRunning && !settling_) {
    // Before it is spawned: it may be over when Spawn returns.
    settling_ = true;
    if (!parts_.tasks.Spawn("settle", [this] { return Settle(); })) {
      settling_ = false;
    }
  }
}

boost::asio::awaitable<void> Lane::Settle() {
  parts_.board.Flush();
  co_await parts_.sync.Now();
  settling_ = false;
  if (scheduler_->settled() && cell_.phase == model::LanePhase::kRunning) {
    cell_.phase = model::LanePhase::kSettled;
    PublishCell();
    parts_.board.Flush();
  }
  settled_.Notify();
}

boost::asio::awaitable<void> Lane::Settled() {
  while (configured() && cell_.phase == model::LanePhase::kRunning) {
    const bool woken = co_await settled_.Wait();
    if (!woken) {
      co_return;
    }
  }
}

base::Result<std::vector<std::string>> Lane::Rerun(const std::vector<std::string>& nodes) {
  auto indices = Indices(nodes);
  if (!indices) {
    return base::Pass(indices.error());
  }
  const std::vector<NodeIndex> reset = scheduler_->Rerun(*indices);
  Pump();
  return Names(reset);
}

std::vector<int32_t> Lane::NewestAttempts(const std::vector<std::string>& nodes) const {
  std::vector<int32_t> attempts;
  for (const std::string& node : nodes) {
    const auto index = scheduler_->Find(node);
    attempts.push_back(index ? scheduler_->newest(*index) : 0);
  }
  return attempts;
}

base::Result<std::vector<std::string>> Lane::Cancel(const std::vector<std::string>& nodes,
                                                    std::string_view reason, bool at_once) {
  auto indices = Indices(nodes);
  if (!indices) {
    return base::Pass(indices.error());
  }
  const std::vector<NodeIndex> concerned = scheduler_->Cancel(*indices, reason, at_once);
  Pump();
  return Names(concerned);
}

base::Result<std::vector<NodeIndex>> Lane::Indices(const std::vector<std::string>& nodes) const {
  if (!configured()) {
    return base::Fail(base::ErrorKind::kGone, "not_configured", "lane: it has no plan yet");
  }
  std::vector<NodeIndex> indices;
  for (const std::string& node : nodes) {
    const auto index = scheduler_->Find(node);
    if (!index) {
      return base::Fail(base::ErrorKind::kGone, "no_node",
                        fmt::format("lane: no node {} in its plan", base::Quoted(node)));
    }
    indices.push_back(*index);
  }
  return indices;
}

std::vector<std::string> Lane::Names(const std::vector<NodeIndex>& nodes) const {
  std::vector<std::string> names;
  names.reserve(nodes.size());
  for (const NodeIndex node : nodes) {
    names.push_back(scheduler_->id(node));
  }
  return names;
}

base::Result<std::shared_ptr<surface::ByteLog>> Lane::OpenLog(std::string_view attempt_key) {
  const auto absent = [&](std::string_view code, std::string_view what) {
    return base::Fail(base::ErrorKind::kGone, std::string(code),
                      fmt::format("attempt {}: {}", base::Quoted(attempt_key), what));
  };
  const size_t hash = attempt_key.rfind('#');
  const std::string_view instance = attempt_key.substr(0, hash);
  int32_t n = 0;
  if (hash != std::string_view::npos) {
    std::from_chars(attempt_key.data() + hash + 1, attempt_key.data() + attempt_key.size(), n);
  }
  const auto node = scheduler_ ? scheduler_->Find(instance) : std::nullopt;
  const auto latest = node ? latest_.find(*node) : latest_.end();
  if (n < 1 || latest == latest_.end() || n > latest->second) {
    return absent("no_attempt", "there is none");
  }
  if (const auto running = running_.find(*node);
      running != running_.end() && running->second.attempt.n == n) {
    const Running& found = running->second;
    const std::shared_ptr<AttemptLog> log = found.process ? found.process->log()
                                            : found.setup ? found.setup->log()
                                                          : nullptr;
    if (log) {
      return log;
    }
  }
  auto log = AttemptLog::OpenSealed(folder_.log(scheduler_->id(*node), n));
  if (!log && log.error().code() == "not_found") {
    return absent("not_started", "it has not started");
  }
  if (!log) {
    return base::Pass(log.error());
  }
  return std::shared_ptr<surface::ByteLog>(std::move(*log));
}

}  // namespace odu::lane
