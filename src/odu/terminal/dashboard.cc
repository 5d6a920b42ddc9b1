#include "odu/terminal/dashboard.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "async/notifier.h"
#include "async/task_group.h"
#include "base/text.h"
#include "odu/face/tails.h"
#include "odu/terminal/controls.h"
#include "odu/terminal/job_control.h"
#include "odu/terminal/key_reader.h"
#include "odu/terminal/live_feed.h"
#include "odu/terminal/log_view.h"
#include "odu/terminal/owned_run.h"
#include "odu/terminal/pace.h"
#include "odu/terminal/run_lookup.h"
#include "odu/terminal/steering.h"
#include "odu/terminal/tty.h"

namespace odu::terminal {
namespace {

/// 30 frames a second at most.
constexpr async::Duration kFrame = std::chrono::milliseconds(33);
/// A beginning of a sequence that stays one for so long was the Escape key.
constexpr async::Duration kEscapeWait = std::chrono::milliseconds(80);
/// A frame waits so long for what belongs on it (at first all, then a log), and looks so often.
constexpr async::Duration kHeldAtMost = std::chrono::milliseconds(30);
constexpr async::Duration kSoon = std::chrono::milliseconds(10);
constexpr async::Duration kStopGrace = std::chrono::seconds(1);
constexpr int64_t kMinuteMs = 60'000;
/// OSC 52 takes no more in many terminals.
constexpr size_t kMostCopied = 72 << 10;

base::Error Bug(std::string_view where, std::string_view what) {
  return {base::ErrorKind::kBug, "bug", fmt::format("{}: {}", where, what)};
}

class Dashboard {
 public:
  Dashboard(face::FaceContext& context, os::SignalSource& signals, DashboardCall call,
            std::unique_ptr<Tty> tty, std::unique_ptr<CursesScreen> screen)
      : context_(context),
        signals_(signals),
        call_(std::move(call)),
        tty_(std::move(tty)),
        screen_(std::move(screen)),
        tasks_(context.executor,
               [this](std::string_view task, std::string_view what) {
                 failure_ = Bug(task, what);
                 changed_.Notify();
               }),
        changed_(context.executor),
        dirty_(context.executor),
        taken_(context.executor),
        log_(context.clock, state_, call_.hooks.log_size, [this] { changed_.Notify(); }),
        feed_(context, state_, [this] { changed_.Notify(); }),
        steering_(context, state_, feed_, tasks_, [this] { changed_.Notify(); }),
        owned_(call_.owned_run, context.clock),
        pace_(call_.abilities.far),
        lookup_(state_, call_.hooks.load_run, call_.hooks.attempts) {
    theme_.ascii = !call_.abilities.utf8;
    state_.owns_run = !owned_.run_id().empty();
    state_.now_ms = context.clock.WallMs();
  }

  boost::asio::awaitable<base::Result<DashboardEnd>> Run(std::unique_ptr<surface::Client> client) {
    feed_.Start(tasks_, std::move(client));
    TakeTerminal();
    tasks_.Spawn("draw", [this] { return DrawTask(); });
    tasks_.Spawn("listen to keys", [this] { return KeyTask(); });
    tasks_.Spawn("listen to signals", [this] { return SignalTask(); });
    tasks_.Spawn("tick", [this] { return TickTask(); });
    while (!IsOver()) {
      const bool woken = co_await changed_.Wait();
      if (!woken) {
        end_ = DashboardEnd::Kind::kLeft;
        break;
      }
      try {
        Step();
      } catch (const std::exception& error) {
        failure_ = Bug("step", error.what());
      }
    }
    co_return co_await Finish();
  }

 private:
  /// Another program on the terminal is not left alone with it, unless it is gone.
  bool IsOver() const {
    const bool ends = end_.has_value() || failure_.has_value();
    return ends && (!away_ || end_ == DashboardEnd::Kind::kHungUp);
  }

  void TakeTerminal() {
    tty_->Take(screen_->Leave());
    anew_ = true;
    entering_ = true;
    dirty_.Notify();
    if (tty_->taken()) {
      taken_.Notify();
    }
  }

  /// After anything happened: what follows from it.
  void Step() {
    state_.now_ms = context_.clock.WallMs();
    feed_.Continue();
    if (feed_.failure().has_value()) {
      failure_ = feed_.failure();
    }
    if (!state_.shown().nodes.contains(state_.focus)) {
      SettleFocus(state_);
    }
    log_.Show(feed_.client(), picture_.layout.log);
    if (owned_.HasEnded(state_, steering_) && !end_.has_value()) {
      end_ = DashboardEnd::Kind::kSettled;
    }
    CatchUp();
    dirty_.Notify();
  }

  boost::asio::awaitable<base::Result<DashboardEnd>> Finish() {
    tty_->Release();
    DashboardEnd end;
    end.kind = end_.value_or(DashboardEnd::Kind::kLeft);
    if (end.kind == DashboardEnd::Kind::kSettled && state_.cancels > 0) {
      end.kind = DashboardEnd::Kind::kInterrupted;
    }
    end.view = owned_.LastView(state_, call_.hooks.load_run);
    end.verdict = owned_.verdict().has_value() ? owned_.verdict() : end.view.run.verdict;
    if (end.verdict.has_value() && !owned_.run_id().empty()) {
      end.view.run.verdict = end.verdict;
    }
    if (!owned_.run_id().empty() && feed_.client() != nullptr && !failure_.has_value() &&
        end.kind != DashboardEnd::Kind::kHungUp) {
      end.tails = co_await face::FetchTails(context_, *feed_.client(), end.view);
    }
    log_.Close();
    feed_.Close();
    co_await tasks_.Stop(context_.clock, kStopGrace);
    if (failure_.has_value()) {
      co_return base::Pass(*failure_);
    }
    co_return end;
  }

  // Drawing.

  boost::asio::awaitable<void> DrawTask() {
    for (;;) {
      const bool woken = co_await dirty_.Wait();
      if (!woken) {
        co_return;
      }
      if (!tty_->taken() || away_) {
        continue;
      }
      const async::Duration began = context_.clock.Now();
      std::optional<std::string> frame = Frame();
      if (!frame.has_value()) {
        continue;
      }
      pace_.Spend(frame->size(), began);
      const bool written = co_await tty_->Write(std::move(*frame));
      if (!written) {
        end_ = DashboardEnd::Kind::kHungUp;
        changed_.Notify();
        co_return;
      }
      async::Duration rest = kFrame - (context_.clock.Now() - began);
      while (rest > async::Duration::zero()) {
        const bool passed = co_await context_.clock.Sleep(rest);
        if (!passed) {
          co_return;
        }
        const bool may = pace_.MayDraw(context_.clock.Now(), for_key_);
        rest = may ? async::Duration::zero() : kFrame;
      }
    }
  }

  /// The bytes that bring the terminal up to date, "" when it is; nothing while they wait.
  std::optional<std::string> Frame() {
    const os::TerminalSize size = tty_->Size();
    const bool resized =
        size.columns != picture_.layout.width || size.rows != picture_.layout.height;
    const bool first = picture_.layout.width == 0;
    if (first ? !state_.known : log_.unsettled() && !anew_ && !resized) {
      const async::Duration now = context_.clock.Now();
      held_since_ = held_since_.value_or(now);
      if (now - *held_since_ < kHeldAtMost) {
        if (!std::exchange(redrawing_, true)) {
          tasks_.Spawn("redraw", [this] { return LookAgain(kSoon, redrawing_); });
        }
        return std::nullopt;
      }
    } else {
      held_since_.reset();
    }
    for_key_ = false;
    state_.now_ms = context_.clock.WallMs();
    // What draws the eye may have changed hundreds of times since the last frame: once is enough.
    const std::string focus = state_.focus;
    SettleFocus(state_);
    if (state_.focus != focus) {
      changed_.Notify();
    }
    const Rect before = picture_.layout.log;
    picture_ = Draw(state_, log_.lines(), theme_, size.columns, size.rows);
    if (picture_.layout.log != before) {
      changed_.Notify();  // the log's lines depend on the room there is
    }
    std::string bytes;
    if (std::exchange(entering_, false)) {
      bytes = screen_->Enter();
    }
    bytes += screen_->Paint(picture_.grid, std::exchange(anew_, false));
    return bytes + std::exchange(to_terminal_, "");
  }

  /// Looks again in a moment, where something is to be looked at then.
  void CatchUp() {
    if (log_.busy() && !std::exchange(catching_up_, true)) {
      tasks_.Spawn("catch up", [this] { return LookAgain(LogPump::kCatchUp, catching_up_); });
    }
  }

  boost::asio::awaitable<void> LookAgain(async::Duration delay, bool& pending) {
    const bool passed = co_await context_.clock.Sleep(delay);
    pending = false;
    if (passed) {
      changed_.Notify();
    }
  }

  /// Time passes on the screen only where something shows it.
  boost::asio::awaitable<void> TickTask() {
    for (;;) {
      const bool passed = co_await context_.clock.Sleep(std::chrono::seconds(1));
      if (!passed) {
        co_return;
      }
      const model::Run& run = state_.live.run;
      const bool runs = run.run_id.has_value() && run.phase != model::RunPhase::kSettled;
      const int64_t now_ms = context_.clock.WallMs();
      const bool toast_over = state_.toast.has_value() && state_.toast->until <= now_ms;
      if (toast_over) {
        state_.toast.reset();
      }
      const bool minute = now_ms / kMinuteMs != state_.now_ms / kMinuteMs;
      if (runs || toast_over || minute || state_.link_lost.has_value() || owned_.ending()) {
        changed_.Notify();
      }
    }
  }

  // What comes in.

  boost::asio::awaitable<void> KeyTask() {
    for (;;) {
      if (!tty_->taken()) {
        // What is typed now is for the shell.
        const bool taken = co_await taken_.Wait();
        if (!taken) {
          co_return;
        }
        continue;
      }
      const std::optional<std::string> bytes = co_await tty_->Read();
      if (!bytes.has_value()) {
        continue;
      }
      if (bytes->empty()) {
        end_ = DashboardEnd::Kind::kHungUp;
        changed_.Notify();
        co_return;
      }
      ++reads_;
      Take(keys_.Feed(*bytes));
      if (keys_.waiting()) {
        tasks_.Spawn("escape", [this, read = reads_] { return EscapeTask(read); });
      }
    }
  }

  boost::asio::awaitable<void> EscapeTask(uint64_t read) {
    const bool passed = co_await context_.clock.Sleep(kEscapeWait);
    if (passed && read == reads_) {
      Take(keys_.Flush());
    }
  }

  void Take(const std::vector<Key>& keys) {
    state_.now_ms = context_.clock.WallMs();  // what is said now is shown from now on
    for (const Key& key : keys) {
      Controls controls{state_, picture_, log_.lines()};
      for (const Effect& effect : controls.Press(key)) {
        Apply(effect);
      }
    }
    if (!keys.empty()) {
      for_key_ = true;
      Step();
      changed_.Notify();
    }
  }

  boost::asio::awaitable<void> SignalTask() {
    for (;;) {
      const std::optional<int> signal = co_await signals_.Next();
      if (!signal.has_value()) {
        co_return;
      }
      Handle(*signal);
      changed_.Notify();
    }
  }

  void Handle(int signal) {
    switch (signal) {
      case SIGHUP:
        end_ = DashboardEnd::Kind::kHungUp;
        break;
      case SIGINT:
      case SIGTERM:
        if (away_) {
          break;  // it is for the shell
        }
        Interrupt();
        break;
      case SIGTSTP:
        Suspend();
        break;
      case SIGCONT:
        if (!away_ && !tty_->taken()) {
          TakeTerminal();
        }
        break;
      case SIGWINCH:
        anew_ = true;
        break;
      default:
        break;
    }
  }

  /// A signal does not ask: the run that is ours is cancelled, a second one hurries, a third
  /// leaves.
  void Interrupt() {
    if (owned_.run_id().empty()) {
      end_ = DashboardEnd::Kind::kLeft;
      return;
    }
    if (state_.cancels >= 2) {
      end_ = DashboardEnd::Kind::kInterrupted;
      return;
    }
    Effect effect = EffectOf(Effect::Kind::kCancelRun);
    effect.at_once = state_.cancels > 0;
    ++state_.cancels;
    Apply(effect);
  }

  void Suspend() {
    tty_->Release();
    StopJob();
    // Here again in the foreground, or SIGCONT comes once more when that is so.
    if (!away_) {
      TakeTerminal();
    }
  }

  void Apply(const Effect& effect) {
    switch (effect.kind) {
      case Effect::Kind::kLeave:
        end_ = state_.cancels > 0 ? DashboardEnd::Kind::kInterrupted : DashboardEnd::Kind::kLeft;
        break;
      case Effect::Kind::kRedraw:
        anew_ = true;
        break;
      case Effect::Kind::kSuspend:
        Suspend();
        break;
      case Effect::Kind::kLogStart:
      case Effect::Kind::kLogEnd:
      case Effect::Kind::kLogBefore:
      case Effect::Kind::kSearch:
        log_.Do(effect, feed_.client());
        break;
      case Effect::Kind::kCopy:
        to_terminal_ +=
            fmt::format("\x1b]52;c;{}\a", base::Base64Encode(effect.text.substr(0, kMostCopied)));
        break;
      case Effect::Kind::kOpenRun:
        tasks_.Spawn("open a run", [this, index = effect.index] { return Open(index); });
        break;
      case Effect::Kind::kLoadAttempts:
        tasks_.Spawn("list attempts", [this, node = effect.text] { return ListAttempts(node); });
        break;
      case Effect::Kind::kShell:
        tasks_.Spawn("shell", [this, node = effect.text] { return Shell(node); });
        break;
      default:
        steering_.Do(effect, call_.hooks.new_run, owned_.run_id());
        break;
    }
  }

  boost::asio::awaitable<void> Open(size_t index) {
    co_await lookup_.Open(index);
    changed_.Notify();
  }

  boost::asio::awaitable<void> ListAttempts(std::string node) {
    co_await lookup_.ListAttempts(std::move(node));
    changed_.Notify();
  }

  boost::asio::awaitable<void> Shell(std::string node) {
    if (!call_.hooks.shell || away_) {
      co_return;
    }
    const base::Result<std::vector<std::string>> argv =
        call_.hooks.shell(state_.shown().run.run_id.value_or(""), node);
    if (!argv) {
      Say(state_, argv.error().message(), true);
      changed_.Notify();
      co_return;
    }
    away_ = true;
    tty_->Release();
    const std::string said = co_await RunInTerminal(context_, *argv);
    away_ = false;
    tty_->ToForeground();
    if (!said.empty()) {
      Say(state_, said);
    }
    TakeTerminal();
    changed_.Notify();
  }

  face::FaceContext& context_;
  os::SignalSource& signals_;
  DashboardCall call_;
  std::unique_ptr<Tty> tty_;
  std::unique_ptr<CursesScreen> screen_;
  Theme theme_;
  State state_;
  Picture picture_;
  KeyReader keys_;
  std::optional<base::Error> failure_;
  async::TaskGroup tasks_;
  async::Notifier changed_;
  async::Notifier dirty_;
  async::Notifier taken_;  ///< the terminal is ours again
  LogView log_;
  LiveFeed feed_;
  Steering steering_;
  OwnedRun owned_;
  Pace pace_;
  RunLookup lookup_;
  std::optional<DashboardEnd::Kind> end_;
  std::string to_terminal_;  ///< written after the next frame
  bool anew_ = true;
  bool entering_ = true;
  bool for_key_ = false;                       ///< a key was pressed since the last frame
  bool away_ = false;                          ///< another program has the terminal
  std::optional<async::Duration> held_since_;  ///< a frame waits for its log
  bool redrawing_ = false;
  bool catching_up_ = false;
  uint64_t reads_ = 0;  ///< of the keyboard
};

}  // namespace

boost::asio::awaitable<base::Result<DashboardEnd>> ShowDashboard(
    face::FaceContext& context, os::SignalSource& signals, std::unique_ptr<surface::Client> client,
    DashboardCall call) {
  call.abilities.utf8 = call.abilities.utf8 && UseUtf8();
  auto tty = Tty::Open(context.executor, context.console.out_fd());
  if (!tty) {
    co_return base::Pass(tty.error());
  }
  const os::TerminalSize size = (*tty)->Size();
  auto screen = CursesScreen::Open(call.abilities, size.columns, size.rows);
  if (!screen) {
    co_return base::Pass(screen.error());
  }
  Dashboard dashboard(context, signals, std::move(call), std::move(*tty), std::move(*screen));
  co_return co_await dashboard.Run(std::move(client));
}

}  // namespace odu::terminal
