#include "odu/coordinator/next_wait.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "odu/model/next_answer.h"

namespace odu::coordinator {
namespace {

using base::ErrorKind;
using base::Fail;
using base::Result;
using boost::asio::awaitable;
using model::NextReply;

/// The longest wait that one call is given, so that arithmetic on deadlines cannot overflow.
constexpr int64_t kMostMs = int64_t{7} * 24 * 3600 * 1000;

model::RunNews NewsOf(const LiveRun& run) {
  const model::Run& state = run.state();
  model::RunNews news;
  news.run_id = run.header().run_id;
  news.ref = state.ref;
  news.sha = run.header().sha;
  news.scope = run.header().scope;
  news.started_at = state.started_at;
  news.settled_at = state.settled_at;
  news.verdict = run.live() ? std::nullopt : state.verdict;
  news.nodes = run.fan_in().nodes();
  news.reds = run.fan_in().attention();
  news.flaky = state.flaky;
  news.tree_changed = state.tree_changed;
  return news;
}

}  // namespace

awaitable<Result<NextReply>> WaitForNext(World& world, std::shared_ptr<LiveRun> run,
                                         model::NextRequest request) {
  const auto after = model::CheckNext(NewsOf(*run), request);
  if (!after) {
    co_return base::Pass(after.error());
  }
  const int64_t bound_ms = std::clamp<int64_t>(request.deadline_ms.value_or(kMostMs), 0, kMostMs);
  const async::Duration until = world.clock.Now() + std::chrono::milliseconds(bound_ms);
  while (true) {
    if (run->left()) {
      co_return Fail(ErrorKind::kGone, "coordinator_stopping",
                     "wait: the coordinator is stopping; the run goes on", "dial again");
    }
    const bool time_is_up = world.clock.Now() >= until;
    auto reply = model::AnswerNext(NewsOf(*run), *after, request.settle, time_is_up);
    if (reply) {
      reply->unposted = run->state().unposted;
      co_return *reply;
    }
    co_await run->bell().WaitUntil(world.clock, until);
  }
}

}  // namespace odu::coordinator
