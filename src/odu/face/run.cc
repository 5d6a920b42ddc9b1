#include "odu/face/run.h"

#include <fmt/format.h>
#include <signal.h>

#include <memory>
#include <utility>

#include "async/notifier.h"
#include "async/task_group.h"
#include "base/json.h"
#include "odu/face/attach.h"
#include "odu/face/follow.h"
#include "odu/face/pipe_watcher.h"

namespace odu::face {
namespace {

constexpr int kInterruptedExit = 130;
constexpr int kHungUpExit = 129;
constexpr int kCouldNotExit = 3;
/// A start that takes longer says so on stderr.
constexpr async::Duration kPatience = std::chrono::seconds(1);
/// A coordinator that dies while it starts a run is asked again: the request's id makes that safe.
constexpr int kStartTries = 3;

/// A run that was asked for, and the link it was asked on.
struct Started {
  model::RunStartReply reply;
  std::unique_ptr<surface::Client> client;
};

boost::asio::awaitable<base::Result<Started>> AskForRun(FaceContext& context,
                                                        const model::RunStartRequest& request) {
  for (int tries = 1;; ++tries) {
    auto client = co_await Reach(context, Start::kIfNeeded);
    if (!client && client.error().code() == "daemon_died" && tries < kStartTries) {
      continue;
    }
    if (!client) {
      co_return base::Pass(client.error());
    }
    model::RunStartRequest copy = request;
    auto reply = co_await (*client)->Call(model::OduSurface::kRunStart, std::move(copy));
    if (reply) {
      Started started;
      started.reply = std::move(*reply);
      started.client = std::move(*client);
      co_return started;
    }
    const std::string& code = reply.error().code();
    if ((code != "closed" && code != "closing") || tries == kStartTries) {
      co_return base::Pass(reply.error());
    }
  }
}

/// Asks for the run while listening to signals: nothing may be left behind without a word.
class Starter {
 public:
  Starter(FaceContext& context, os::SignalSource& signals, const model::RunStartRequest& request)
      : context_(context),
        signals_(signals),
        request_(request),
        tasks_(context.executor),
        changed_(context.executor) {}

  /// The run; kCancelled "interrupted" after a second signal, or one signal when nothing had
  /// started yet. `interrupted` is set when a run was started although it was no longer wanted.
  boost::asio::awaitable<base::Result<Started>> Ask(bool& interrupted) {
    tasks_.Spawn("ask for the run", [this] { return AskTask(); });
    tasks_.Spawn("listen to signals", [this] { return SignalTask(); });
    tasks_.Spawn("patience", [this] { return PatienceTask(); });
    while (!answer_.has_value() && signals_seen_ < 2) {
      const bool woken = co_await changed_.Wait();
      if (!woken) {
        break;
      }
    }
    // A question that is given up answers too: that it was given up. A run, or a refusal that came
    // in the same moment, means what it says.
    tasks_.Kill();
    co_await tasks_.Join();
    interrupted = signals_seen_ > 0;
    if (answer_.has_value() && (*answer_ || answer_->error().code() != "cancelled")) {
      co_return std::move(*answer_);
    }
    co_return base::Fail(base::ErrorKind::kCancelled, "interrupted",
                         "interrupted before the run was started",
                         "if it was started after all, 'odu status' shows it");
  }

 private:
  boost::asio::awaitable<void> AskTask() {
    answer_ = co_await AskForRun(context_, request_);
    changed_.Notify();
  }

  boost::asio::awaitable<void> SignalTask() {
    for (;;) {
      const std::optional<int> signal = co_await signals_.Next();
      if (!signal.has_value()) {
        co_return;
      }
      if (*signal == SIGINT || *signal == SIGTERM) {
        if (++signals_seen_ == 1) {
          context_.console.Err("[odu] the run will be cancelled; again leaves at once\n");
        }
        changed_.Notify();
      }
    }
  }

  boost::asio::awaitable<void> PatienceTask() {
    const bool passed = co_await context_.clock.Sleep(kPatience);
    if (passed && !answer_.has_value()) {
      const bool queued = request_.when_busy != model::WhenBusy::kRefuse;
      context_.console.Err(queued ? "[odu] waiting for the run in progress to end\n"
                                  : "[odu] preparing the run\n");
    }
  }

  FaceContext& context_;
  os::SignalSource& signals_;
  const model::RunStartRequest& request_;
  async::TaskGroup tasks_;
  async::Notifier changed_;
  std::optional<base::Result<Started>> answer_;
  int signals_seen_ = 0;
};

void PrintDetached(Console& console, const model::RunStartReply& reply, bool as_json) {
  if (!as_json) {
    console.Out(reply.ref + "\n");
    return;
  }
  console.Out(
      base::json::serialize(base::json::object{{"run", reply.ref}, {"run_id", reply.run_id}}) +
      "\n");
}

boost::asio::awaitable<void> CancelUnwanted(FaceContext& context, Started& started) {
  context.console.Err(fmt::format("[odu] cancelling run {}\n", started.reply.ref));
  model::RunCancelRequest cancel;
  cancel.request_id = started.reply.run_id + ".cancel";
  cancel.run_id = started.reply.run_id;
  const auto cancelled =
      co_await started.client->Call(model::OduSurface::kRunCancel, std::move(cancel));
  if (!cancelled) {
    context.console.Err(fmt::format("[odu] cancelling: {}\n", cancelled.error().message()));
  }
}

base::Result<int> ExitOf(const base::Result<FollowEnd>& end) {
  if (!end) {
    return base::Pass(end.error());
  }
  switch (end->kind) {
    case FollowEnd::Kind::kSettled:
      return model::ExitCodeOf(end->verdict.value_or(model::Verdict::kIncomplete));
    case FollowEnd::Kind::kInterrupted:
      return kInterruptedExit;
    case FollowEnd::Kind::kHungUp:
      return kHungUpExit;
    case FollowEnd::Kind::kLeft:
    case FollowEnd::Kind::kIdle:
      return kCouldNotExit;
  }
  return kCouldNotExit;
}

}  // namespace

boost::asio::awaitable<base::Result<int>> Run(FaceContext& context, RunCall call) {
  const bool live = !call.format.has_value() && call.show != nullptr;
  const std::unique_ptr<os::SignalSource> signals = FaceSignals(context.executor, live);
  bool interrupted = false;
  Starter starter(context, *signals, call.start);
  base::Result<Started> started = co_await starter.Ask(interrupted);
  if (!started) {
    co_return base::Pass(started.error());
  }
  if (interrupted) {
    co_await CancelUnwanted(context, *started);
  }
  if (call.detach && !interrupted) {
    PrintDetached(context.console, started->reply, call.format.has_value());
    co_return 0;
  }
  if (live) {
    const base::Result<FollowEnd> end =
        co_await call.show(context, *signals, std::move(started->client), started->reply.run_id);
    co_return interrupted&& end ? base::Result<int>(kInterruptedExit) : ExitOf(end);
  }
  FollowOptions options;
  options.run_id = started->reply.run_id;
  options.owns_run = true;
  const LineFormat format = call.format.value_or(LineFormat::kPlain);
  PipeWatcher watcher(context.console, context.clock, format, true, std::move(call.hosts_file));
  Follower follower(context, watcher, *signals, std::move(options));
  const base::Result<FollowEnd> end = co_await follower.Run(std::move(started->client));
  if (interrupted && end) {
    co_return kInterruptedExit;
  }
  co_return ExitOf(end);
}

}  // namespace odu::face
