#include "odu/face/wait.h"

#include <signal.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "async/notifier.h"
#include "async/task_group.h"
#include "odu/face/attach.h"
#include "os/signals.h"
#include "surface/codec.h"

namespace odu::face {
namespace {

constexpr int kStillRunningExit = 4;
constexpr async::Duration kRedialEvery = std::chrono::milliseconds(500);
/// How often a coordinator that went away is looked for.
constexpr int kRedials = 60;

/// The remaining part of the bound, 0 when it is over.
std::optional<int64_t> Remaining(const WaitCall& call, async::Duration waited) {
  if (!call.timeout_ms.has_value()) {
    return std::nullopt;
  }
  const int64_t waited_ms = std::chrono::duration_cast<std::chrono::milliseconds>(waited).count();
  return std::max<int64_t>(*call.timeout_ms - waited_ms, 0);
}

boost::asio::awaitable<base::Result<model::NextReply>> Next(FaceContext& context, WaitCall call) {
  const async::Duration since = context.clock.Now();
  Start start = call.start;
  for (int redials = 0;; ++redials) {
    if (redials > 0) {
      const bool passed = co_await context.clock.Sleep(kRedialEvery);
      if (!passed) {
        co_return base::Fail(base::ErrorKind::kCancelled, "interrupted", "interrupted");
      }
    }
    auto client = co_await Reach(context, start);
    if (!client && (redials == 0 || redials == kRedials)) {
      co_return base::Pass(client.error());
    }
    if (!client) {
      continue;
    }
    model::NextRequest request = call.request;
    request.deadline_ms = Remaining(call, context.clock.Now() - since);
    auto reply = co_await (*client)->Call(model::OduSurface::kRunNext, std::move(request));
    if (reply || !IsLost(reply.error())) {
      co_return reply;
    }
    // There was a run: whoever comes next has to be asked about it.
    start = Start::kIfNeeded;
  }
}

struct Waiting {
  explicit Waiting(const boost::asio::any_io_executor& executor) : changed(executor) {}
  async::Notifier changed;
  std::optional<base::Result<model::NextReply>> answer;
  bool interrupted = false;
};

boost::asio::awaitable<void> Ask(FaceContext* context, WaitCall call, Waiting* waiting) {
  waiting->answer = co_await Next(*context, std::move(call));
  waiting->changed.Notify();
}

boost::asio::awaitable<void> Listen(os::SignalSource* signals, Waiting* waiting) {
  const std::optional<int> signal = co_await signals->Next();
  if (signal.has_value()) {
    waiting->interrupted = true;
    waiting->changed.Notify();
  }
}

}  // namespace

int ExitCodeOf(const model::NextReply& reply) {
  if (reply.timed_out) {
    return kStillRunningExit;
  }
  if (reply.settled && reply.verdict.has_value()) {
    return model::ExitCodeOf(*reply.verdict);
  }
  const bool red = !reply.failed.empty() || !reply.errored.empty();
  return red || reply.fail_fast ? 1 : 0;
}

int ReportNext(Console& console, const model::NextReply& reply) {
  console.Out(surface::Encoded(reply) + '\n');
  return ExitCodeOf(reply);
}

boost::asio::awaitable<base::Result<int>> Wait(FaceContext& context, WaitCall call) {
  Waiting waiting(context.executor);
  const std::unique_ptr<os::SignalSource> signals = FaceSignals(context.executor, false);
  async::TaskGroup tasks(context.executor);
  tasks.Spawn("ask", [&context, &waiting, call = std::move(call)] {
    return Ask(&context, call, &waiting);
  });
  tasks.Spawn("listen to signals",
              [&waiting, source = signals.get()] { return Listen(source, &waiting); });
  while (!waiting.answer.has_value() && !waiting.interrupted) {
    const bool woken = co_await waiting.changed.Wait();
    if (!woken) {
      break;
    }
  }
  // The question that is given up answers too, and means nothing then.
  const bool given_up = !waiting.answer.has_value();
  tasks.Kill();
  co_await tasks.Join();
  if (given_up || !waiting.answer.has_value()) {
    co_return base::Fail(base::ErrorKind::kCancelled, "interrupted", "interrupted",
                         "the run goes on");
  }
  if (!*waiting.answer) {
    co_return base::Pass(waiting.answer->error());
  }
  co_return ReportNext(context.console, **waiting.answer);
}

}  // namespace odu::face
