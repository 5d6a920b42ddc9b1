#include "odu/face/attach.h"

#include <signal.h>

#include <utility>

#include "odu/face/follow.h"
#include "odu/face/keyboard.h"
#include "odu/face/live_watcher.h"
#include "odu/face/pipe_watcher.h"
#include "os/terminal.h"
#include "surface/codec.h"

namespace odu::face {
namespace {

constexpr int kHungUpExit = 129;

/// What `odu attach` in a pipe says of an idle checkout.
std::string IdleReport(const FollowEnd& end, int64_t now_ms, bool as_json) {
  if (!as_json) {
    FrameStyle wide;
    wide.columns = 1000;
    wide.rows = 60;
    return IdleText(end.view, end.idle, now_ms, wide);
  }
  std::string line = R"({"run":null,"pipeline":)";
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

std::function<FrameStyle()> TerminalStyle(const Console& console) {
  return [&console] {
    FrameStyle style;
    if (const auto size = os::SizeOf(console.out_fd());
        size.has_value() && size->rows > 0 && size->columns > 0) {
      style.columns = size->columns;
      style.rows = size->rows;
    }
    // The line below the frame is the cursor's.
    style.rows -= 1;
    style.colour = console.colour();
    return style;
  };
}

boost::asio::awaitable<base::Result<int>> Attach(FaceContext& context, bool as_json) {
  const bool live = !as_json && context.console.out_is_terminal();
  const std::unique_ptr<os::SignalSource> signals = FaceSignals(context.executor, live);
  auto client = co_await Reach(context, Start::kIfNeeded);
  if (!client) {
    co_return base::Pass(client.error());
  }
  std::unique_ptr<Keyboard> keyboard;
  std::unique_ptr<Watcher> watcher;
  FollowOptions options;
  if (live) {
    watcher = std::make_unique<LiveWatcher>(context.console, context.clock,
                                            TerminalStyle(context.console), "q leaves");
    options.wait_when_idle = true;
    keyboard = Keyboard::Open(context.executor);
    if (keyboard) {
      options.next_key = [&keyboard] { return keyboard->Next(); };
      options.leave_terminal = [&keyboard] { keyboard->Leave(); };
      options.take_terminal = [&keyboard] { keyboard->Take(); };
    }
  } else {
    const LineFormat format = as_json ? LineFormat::kChanges : LineFormat::kStatuses;
    watcher = std::make_unique<PipeWatcher>(context.console, context.clock, format, false);
  }
  Follower follower(context, *watcher, *signals, std::move(options));
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
