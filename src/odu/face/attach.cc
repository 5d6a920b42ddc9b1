#include "odu/face/attach.h"

#include <signal.h>

#include <utility>

#include "odu/face/follow.h"
#include "odu/face/idle_text.h"
#include "odu/face/pipe_watcher.h"
#include "odu/face/status_report.h"
#include "surface/codec.h"

namespace odu::face {
namespace {

constexpr int kHungUpExit = 129;

/// What `odu attach` in a pipe says of an idle checkout.
std::string IdleReport(const FollowEnd& end, int64_t now_ms, bool as_json) {
  const bool open = end.view.run.run_id.has_value();  // settled, and a rerun would be part of it
  if (!as_json) {
    return open ? StatusText(end.view, now_ms, false) : IdleText(end.view, end.idle, now_ms, false);
  }
  std::string line = R"({"run":)";
  line += open ? surface::Encoded(end.view.run) : "null";
  line += R"(,"pipeline":)";
  surface::Encode(line, end.idle.pipeline);
  line += R"(,"runs":)";
  surface::Encode(line, end.idle.runs);
  return line + "}\n";
}

}  // namespace

std::unique_ptr<os::SignalSource> FaceSignals(boost::asio::any_io_executor executor, bool live) {
  if (live) {
    return std::make_unique<os::SignalSource>(
        std::move(executor),
        std::initializer_list<int>{SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH});
  }
  return std::make_unique<os::SignalSource>(std::move(executor),
                                            std::initializer_list<int>{SIGINT, SIGTERM, SIGHUP});
}

boost::asio::awaitable<base::Result<int>> Attach(FaceContext& context, bool as_json) {
  const std::unique_ptr<os::SignalSource> signals = FaceSignals(context.executor, false);
  auto client = co_await Reach(context, Start::kIfNeeded);
  if (!client) {
    co_return base::Pass(client.error());
  }
  const LineFormat format = as_json ? LineFormat::kChanges : LineFormat::kStatuses;
  PipeWatcher watcher(context.console, context.clock, format, false);
  Follower follower(context, watcher, *signals, FollowOptions());
  const base::Result<FollowEnd> end = co_await follower.Run(std::move(*client));
  if (!end) {
    co_return base::Pass(end.error());
  }
  switch (end->kind) {
    case FollowEnd::Kind::kSettled:
      co_return model::ExitCodeOf(end->verdict.value_or(model::Verdict::kIncomplete));
    case FollowEnd::Kind::kHungUp:
      co_return kHungUpExit;
    case FollowEnd::Kind::kIdle:
      context.console.Out(IdleReport(*end, context.clock.WallMs(), as_json));
      break;
    case FollowEnd::Kind::kLeft:
    case FollowEnd::Kind::kInterrupted:
      break;
  }
  co_return 0;
}

}  // namespace odu::face
