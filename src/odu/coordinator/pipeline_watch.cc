#include "odu/coordinator/pipeline_watch.h"

#include <fmt/format.h>

#include <utility>

#include "odu/coordinator/plan_source.h"
#include "odu/model/ids.h"
#include "odu/plan/hosts_file.h"
#include "os/file_system.h"

namespace odu::coordinator {
namespace {

using boost::asio::awaitable;

/// Long enough for a run that the same caller starts to come first.
constexpr async::Duration kSoon = std::chrono::milliseconds(150);

}  // namespace

PipelineWatch::PipelineWatch(World& world, Board& board, std::vector<std::string> environment)
    : world_(world), board_(board), environment_(std::move(environment)) {
  base::Logged("pipeline", board_.pipeline.Set(model::PlannedPipeline()));
}

void PipelineWatch::Pause(bool paused) {
  paused_ = paused;
  if (!paused) {
    LookSoon();
  }
}

void PipelineWatch::LookSoon() {
  if (!looking_ && !paused_) {
    looking_ = world_.tasks.Spawn("pipeline", [this] { return Look(); });
  }
}

awaitable<void> PipelineWatch::Look() {
  co_await world_.clock.Sleep(kSoon);
  if (!paused_ && (seen_trace_.empty() || seen_trace_ != HeadTrace())) {
    co_await Read();
  }
  looking_ = false;
}

awaitable<void> PipelineWatch::Read() {
  std::string trace = HeadTrace();
  model::PlannedPipeline shown;
  const auto fail = [&](const base::Error& error) {
    shown.error = error.message();
    base::Logged("pipeline", board_.pipeline.Set(shown));
  };
  auto repository = co_await git::OpenRepository(world_.git, world_.toplevel);
  if (!repository) {
    fail(repository.error());
    co_return;
  }
  shown.sha = repository->sha;
  if (shown.sha == seen_sha_) {
    seen_trace_ = std::move(trace);
    co_return;
  }
  PlanQuestion question;
  question.repository = *repository;
  question.commit = repository->sha;
  question.environment = environment_;
  const auto hosts = plan::LoadHosts(environment_, world_.toplevel);
  if (hosts) {
    for (const plan::HostEntry& host : hosts->entries) {
      question.platforms.push_back(host.platform);
    }
  }
  if (question.platforms.empty()) {
    question.platforms.emplace_back(model::ThisPlatform());
  }
  auto pipeline = co_await AskForPlan(world_, std::move(question));
  seen_trace_ = std::move(trace);
  seen_sha_ = shown.sha;
  if (!pipeline) {
    fail(pipeline.error());
    co_return;
  }
  if (auto told = board_.pipeline.Set(ShownPipeline(shown.sha, *pipeline)); !told) {
    fail(told.error());
  }
}

std::string PipelineWatch::HeadTrace() const {
  // The reflog grows with every move of HEAD; HEAD itself changes with the branch. A linked work
  // tree's `.git` is a file: then its own stamp has to do, and a move is seen at the next attach.
  std::string trace;
  for (const char* name : {"/.git", "/.git/HEAD", "/.git/logs/HEAD", "/.git/packed-refs"}) {
    const auto status = os::StatusOf(world_.toplevel + name);
    trace += status ? fmt::format("{}:{}:{};", status->inode, status->size, status->modified_ms)
                    : std::string("-;");
    if (status && std::string_view(name) == "/.git" && status->kind != os::FileKind::kDirectory) {
      return {};
    }
  }
  return trace;
}

model::PlannedPipeline ShownPipeline(const std::string& sha, const model::Pipeline& pipeline) {
  model::PlannedPipeline shown;
  shown.sha = sha;
  shown.name = pipeline.name;
  for (const model::LanePlan& lane : pipeline.lanes) {
    for (const model::PlanNode& node : lane.nodes) {
      model::PlannedNode planned;
      planned.name = model::NodeId(node.id, lane.platform);
      for (const std::string& need : node.needs) {
        planned.needs.push_back(model::NodeId(need, lane.platform));
      }
      shown.nodes.push_back(std::move(planned));
    }
  }
  return shown;
}

}  // namespace odu::coordinator
