#include "odu/coordinator/next_wait.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "async/deadline.h"
#include "base/text.h"

namespace odu::coordinator {
namespace {

using base::ErrorKind;
using base::Fail;
using base::Result;
using boost::asio::awaitable;
using model::NextReply;
using model::NodeStatus;

/// The longest wait that one call is given, so that arithmetic on deadlines cannot overflow.
constexpr int64_t kMostMs = int64_t{7} * 24 * 3600 * 1000;

NextReply StateOf(const LiveRun& run) {
  const FanIn& fan_in = run.fan_in();
  const model::Run& state = run.state();
  NextReply reply;
  reply.run = state.ref;
  reply.run_id = run.header().run_id;
  reply.failed = fan_in.NamesIn(NodeStatus::kFailed);
  reply.errored = fan_in.NamesIn(NodeStatus::kErrored);
  reply.cancelled = fan_in.NamesIn(NodeStatus::kCancelled);
  reply.skipped = fan_in.NamesIn(NodeStatus::kSkipped);
  reply.cursor = fan_in.Cursor();
  if (state.verdict && !run.live()) {
    reply.settled = true;
    reply.verdict = state.verdict;
    reply.passed = *state.verdict == model::Verdict::kPassed;
    reply.duration_ms = state.settled_at.value_or(state.started_at) - state.started_at;
  }
  return reply;
}

}  // namespace

awaitable<Result<NextReply>> WaitForNext(World& world, std::shared_ptr<LiveRun> run,
                                         model::NextRequest request) {
  if (!run->header().sha.starts_with(request.expected_sha)) {
    co_return Fail(ErrorKind::kRefused, "checkout_moved",
                   fmt::format("wait: run {} is of another commit than {}", run->header().ref,
                               base::Quoted(request.expected_sha)));
  }
  size_t after = 0;
  if (!request.after.empty()) {
    const auto parsed = run->fan_in().ParseCursor(request.after);
    if (!parsed) {
      co_return Fail(ErrorKind::kUsage, "bad_cursor",
                     fmt::format("wait: {} is no cursor of run {}", base::Quoted(request.after),
                                 run->header().ref),
                     "leave --after out, or give the cursor of an earlier answer");
    }
    after = *parsed;
  }
  const int64_t bound_ms = std::clamp<int64_t>(request.deadline_ms.value_or(kMostMs), 0, kMostMs);
  const async::Duration until = world.clock.Now() + std::chrono::milliseconds(bound_ms);
  while (true) {
    if (run->left()) {
      co_return Fail(ErrorKind::kGone, "coordinator_stopping",
                     "wait: the coordinator is stopping; the run goes on", "dial again");
    }
    const bool settled = !run->live() && run->state().verdict.has_value();
    const bool red = !request.settle && run->fan_in().FirstRedAfter(after).has_value();
    const async::Duration left = until - world.clock.Now();
    if (settled || red || left <= async::Duration::zero()) {
      NextReply reply = StateOf(*run);
      reply.fail_fast = red && !settled;
      reply.timed_out = !settled && !red;
      co_return reply;
    }
    std::move_only_function<awaitable<void>()> wait = [&run] { return run->bell().Wait(); };
    static_cast<void>(co_await async::RunBounded(world.clock, left, std::move(wait)));
  }
}

NextReply NextReplyOf(const ledger::RunRecord& record) {
  NextReply reply;
  reply.run = record.header.ref;
  reply.run_id = record.header.run_id;
  for (const std::string& name : record.header.expected) {
    const auto node = record.nodes.find(name);
    if (node == record.nodes.end()) {
      continue;
    }
    std::vector<std::string>* list = nullptr;
    switch (node->second.status) {
      case NodeStatus::kFailed:
        list = &reply.failed;
        break;
      case NodeStatus::kErrored:
        list = &reply.errored;
        break;
      case NodeStatus::kCancelled:
        list = &reply.cancelled;
        break;
      case NodeStatus::kSkipped:
        list = &reply.skipped;
        break;
      default:
        continue;
    }
    list->push_back(name);
  }
  reply.settled = record.settled.has_value() || record.closed.has_value();
  if (reply.settled) {
    reply.verdict = record.closed ? record.closed->verdict : record.settled->verdict;
    reply.passed = *reply.verdict == model::Verdict::kPassed;
    reply.duration_ms =
        record.settled_at.value_or(record.header.started_at) - record.header.started_at;
  }
  return reply;
}

}  // namespace odu::coordinator
