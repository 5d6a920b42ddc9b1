#include "odu/coordinator/run_hooks.h"

#include <chrono>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "odu/model/forge_tokens.h"
#include "os/run_program.h"
#include "surface/codec.h"
#include "surface/shape.h"

namespace odu::coordinator {
namespace {

using boost::asio::awaitable;

constexpr async::Duration kHookBound = std::chrono::seconds(60);
/// Of a run in which everything is red nobody wants to be told of each node.
constexpr size_t kMostWaiting = 32;
constexpr size_t kOutputLimit = size_t{1} << 20;

struct RedShape {
  std::string event = "red";
  std::string run;
  std::string run_id;
  std::string sha;
  std::string checkout;
  model::Node node;
};
BOOST_DESCRIBE_STRUCT(RedShape, (), (event, run, run_id, sha, checkout, node))

struct SettleShape {
  std::string event = "settle";
  std::string run;
  std::string run_id;
  std::string sha;
  std::string checkout;
  model::Verdict verdict = model::Verdict::kIncomplete;
  int32_t revision = 0;
  std::vector<std::string> failed;
  std::vector<std::string> errored;
  std::vector<std::string> cancelled;
  std::vector<std::string> skipped;
};
BOOST_DESCRIBE_STRUCT(SettleShape, (),
                      (event, run, run_id, sha, checkout, verdict, revision, failed, errored,
                       cancelled, skipped))

}  // namespace

void RunHooks::Begin(const ledger::RunHeader& header, std::span<const model::Node> nodes,
                     os::Environment environment) {
  auto config = LoadHookConfig(environment);
  if (!config) {
    base::LogWarning("hooks", "{}: {}", header.ref, config.error().message());
    return;
  }
  config_ = std::move(*config);
  run_id_ = header.run_id;
  sha_ = header.sha;
  environment.RemoveMatching(model::kForgeTokens);
  queue_->environment = std::move(environment);
  queue_->directory = header.checkout;
  queue_->ref = header.ref;
  for (const model::Node& node : nodes) {
    if (model::IsRed(node.status)) {
      told_.emplace(node.name, node.attempt);
    }
  }
}

void RunHooks::Changed(const model::Node& node) {
  if (config_.on_red.empty() || !model::IsRed(node.status) ||
      !told_.emplace(node.name, node.attempt).second) {
    return;
  }
  RedShape red;
  red.run = queue_->ref;
  red.run_id = run_id_;
  red.sha = sha_;
  red.checkout = queue_->directory;
  red.node = node;
  Start(config_.on_red, surface::Encoded(red) + '\n');
}

void RunHooks::Settled(model::Verdict verdict, int32_t revision,
                       std::span<const model::Node> nodes) {
  if (config_.on_settle.empty()) {
    return;
  }
  SettleShape settle;
  settle.run = queue_->ref;
  settle.run_id = run_id_;
  settle.sha = sha_;
  settle.checkout = queue_->directory;
  settle.verdict = verdict;
  settle.revision = revision;
  for (const model::Node& node : nodes) {
    if (node.status == model::NodeStatus::kFailed) {
      settle.failed.push_back(node.name);
    } else if (node.status == model::NodeStatus::kErrored) {
      settle.errored.push_back(node.name);
    } else if (node.status == model::NodeStatus::kCancelled) {
      settle.cancelled.push_back(node.name);
    } else if (node.status == model::NodeStatus::kSkipped) {
      settle.skipped.push_back(node.name);
    }
  }
  Start(config_.on_settle, surface::Encoded(settle) + '\n');
}

void RunHooks::Start(std::vector<std::string> argv, std::string json) {
  if (queue_->calls.size() >= kMostWaiting) {
    base::LogWarning("hooks", "{}: {} hooks wait already; this one is left out", queue_->ref,
                     kMostWaiting);
    return;
  }
  queue_->calls.push_back(Call{std::move(argv), std::move(json)});
  if (!queue_->working) {
    queue_->working = true;
    world_.tasks.Spawn("hooks", [&world = world_, queue = queue_] { return Work(world, queue); });
  }
}

awaitable<void> RunHooks::Work(World& world, std::shared_ptr<Queue> queue) {
  while (!queue->calls.empty()) {
    Call next = std::move(queue->calls.front());
    queue->calls.pop_front();
    os::ProgramCall call;
    call.argv = std::move(next.argv);
    call.directory = queue->directory;
    call.environment = queue->environment.entries();
    call.stdin_text = std::move(next.json);
    call.timeout = kHookBound;
    call.stdout_limit = call.stderr_limit = kOutputLimit;
    const std::string name = call.argv.front();
    const auto result = co_await os::RunProgram(world.reaper, world.clock, std::move(call));
    if (!result) {
      base::LogWarning("hooks", "{}: {}: {}", queue->ref, name, result.error().message());
    } else if (!result->ok()) {
      base::LogWarning("hooks", "{}: {}", queue->ref,
                       os::ProgramFailure(name, "hook_failed", *result).message());
    }
  }
  queue->working = false;
}

}  // namespace odu::coordinator
