#include "os/run_program.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/this_coro.hpp>
#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "async/deadline.h"
#include "async/notifier.h"
#include "base/text.h"
#include "os/environment.h"
#include "os/fd.h"
#include "os/file_system.h"

namespace os {
namespace {

using base::ErrorKind;

constexpr auto kGrace = std::chrono::seconds(2);

/// A nameless file in memory: a program's output needs no pump that way, and one that leaves a
/// process behind cannot hold anything open.
base::Result<Fd> NewScratch(const char* name) {
  Fd fd(memfd_create(name, MFD_CLOEXEC));
  if (!fd.valid()) {
    return std::unexpected(base::SystemError("memory file", errno));
  }
  return fd;
}

/// A started program and where its words go.
struct Running {
  pid_t pid = 0;
  Fd out;
  Fd err;
};

base::Result<Running> Start(const ProgramCall& call) {
  Running running;
  base::Result<Fd> out = NewScratch("stdout");
  base::Result<Fd> err = NewScratch("stderr");
  base::Result<Fd> in = Fd();
  if (!call.stdin_text.empty()) {
    in = NewScratch("stdin");
  }
  for (const base::Result<Fd>* scratch : {&out, &err, &in}) {
    if (!*scratch) {
      return base::Pass(scratch->error());
    }
  }
  SpawnSpec spec;
  spec.argv = call.argv;
  const std::vector<std::string> own =
      call.environment.empty() ? Environment::Current().entries() : std::vector<std::string>();
  spec.environment = call.environment.empty() ? own : call.environment;
  spec.extra_environment = call.extra_environment;
  spec.directory = call.directory.empty() ? nullptr : call.directory.c_str();
  if (in->valid()) {
    const base::Result<void> written = WriteAll(in->get(), call.stdin_text);
    if (!written) {
      return base::Pass(written.error());
    }
    lseek(in->get(), 0, SEEK_SET);
    spec.stdin_fd = in->get();
  }
  if (call.stdin_fd >= 0) {
    spec.stdin_fd = call.stdin_fd;
  }
  spec.stdout_fd = out->get();
  spec.stderr_fd = err->get();
  const base::Result<pid_t> pid = Spawn(spec);
  if (!pid) {
    return base::Pass(pid.error());
  }
  running.pid = *pid;
  running.out = std::move(*out);
  running.err = std::move(*err);
  return running;
}

base::Result<std::string> TextOf(const Fd& scratch, size_t limit, const std::string& program) {
  const base::Result<FileStatus> status = StatusOf(scratch.get());
  if (!status) {
    return base::Pass(status.error());
  }
  if (status->size > limit) {
    return base::Fail(
        ErrorKind::kLimit, "too_large",
        fmt::format("{}: wrote {} bytes, the limit is {}", program, status->size, limit));
  }
  std::string text(status->size, '\0');
  const base::Result<size_t> got = ReadAt(scratch.get(), 0, text);
  if (!got) {
    return base::Pass(got.error());
  }
  text.resize(*got);
  return text;
}

base::Result<ProgramResult> Collect(const ProgramCall& call, const Running& running,
                                    const WaitStatus& status) {
  base::Result<std::string> out = TextOf(running.out, call.stdout_limit, call.argv[0]);
  if (!out) {
    return base::Pass(out.error());
  }
  base::Result<std::string> err = TextOf(running.err, call.stderr_limit, call.argv[0]);
  if (!err) {
    return base::Pass(err.error());
  }
  return ProgramResult{status, std::move(*out), std::move(*err)};
}

/// Ends the group of a program when its coroutine goes before it does.
class GroupGuard {
 public:
  GroupGuard(Reaper& reaper, pid_t group) : reaper_(reaper), group_(group) {}
  ~GroupGuard() {
    if (armed_) {
      SignalGroup(group_, SIGKILL);
      reaper_.Forget(group_);
    }
  }
  GroupGuard(const GroupGuard&) = delete;
  GroupGuard& operator=(const GroupGuard&) = delete;
  void Disarm() { armed_ = false; }

 private:
  Reaper& reaper_;
  pid_t group_;
  bool armed_ = true;
};

/// While it lives, signals that would end this process wait: its child has a process group of its
/// own, is not told, and would be left behind. Afterwards they do what they always do.
class HeldSignals {
 public:
  HeldSignals() {
    sigset_t held;
    sigemptyset(&held);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
      struct sigaction action{};
      // A blocked signal would be kept although nobody wants it.
      if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_IGN) {
        sigaddset(&held, signal);
      }
    }
    pthread_sigmask(SIG_BLOCK, &held, &before_);
    fd_ = Fd(signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK));
  }
  ~HeldSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  /// Readable when one waits.
  int fd() const { return fd_.get(); }
  /// True when one waits; it goes on waiting.
  bool Came() const {
    pollfd look{fd_.get(), POLLIN, 0};
    return poll(&look, 1, 0) > 0;
  }

 private:
  sigset_t before_{};
  Fd fd_;
};

/// Blocks until the child has ended, `bound` has passed or one of `signals` has come; those may be
/// null.
std::optional<WaitStatus> WaitAtMost(pid_t pid, std::chrono::nanoseconds bound,
                                     const HeldSignals* signals) {
  const auto end = std::chrono::steady_clock::now() + bound;
  const Fd pinned(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  for (;;) {
    int raw = 0;
    const pid_t ended = waitpid(pid, &raw, WNOHANG);
    if (ended == pid) {
      return DecodeWaitStatus(raw);
    }
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0 || (ended < 0 && errno != EINTR) ||
        (signals != nullptr && signals->Came())) {
      return std::nullopt;
    }
    // Without pidfd (Linux before 5.3) look again every few milliseconds.
    constexpr std::chrono::milliseconds kStep(5);
    constexpr std::chrono::milliseconds kLongest(std::chrono::hours(1));
    // poll passes over descriptors below 0.
    std::array waits{pollfd{pinned.get(), POLLIN, 0},
                     pollfd{signals == nullptr ? -1 : signals->fd(), POLLIN, 0}};
    poll(waits.data(), waits.size(),
         static_cast<int>(std::min(left, pinned.valid() ? kLongest : kStep).count()));
  }
}

struct Ending {
  explicit Ending(const boost::asio::any_io_executor& executor) : ended(executor) {}
  std::optional<WaitStatus> status;
  async::Notifier ended;
};

/// True when the program ended within `bound`.
boost::asio::awaitable<bool> EndsWithin(Ending& ending, async::Clock& clock,
                                        async::Duration bound) {
  if (!ending.status) {
    (void)co_await async::WithDeadline(clock, bound, ending.ended.Wait(), std::string());
  }
  co_return ending.status.has_value();
}

base::Error Late(const ProgramCall& call) {
  return async::Timeout(call.argv[0], call.timeout);
}

}  // namespace

boost::asio::awaitable<base::Result<ProgramResult>> RunProgram(Reaper& reaper, async::Clock& clock,
                                                               ProgramCall call) {
  const base::Result<Running> running = Start(call);
  if (!running) {
    co_return base::Pass(running.error());
  }
  const auto ending = std::make_shared<Ending>(co_await boost::asio::this_coro::executor);
  reaper.OnExit(running->pid, [ending](WaitStatus status) {
    ending->status = status;
    ending->ended.Notify();
  });
  GroupGuard guard(reaper, running->pid);
  bool ended = co_await EndsWithin(*ending, clock, call.timeout);
  const bool in_time = ended;
  const auto asked = co_await boost::asio::this_coro::cancellation_state;
  if (!ended && asked.cancelled() != boost::asio::cancellation_type::none) {
    co_return base::Fail(ErrorKind::kCancelled, "cancelled", call.argv[0] + ": stopped");
  }
  for (const int signal : {SIGTERM, SIGKILL}) {
    if (!ended) {
      SignalGroup(running->pid, signal);
      ended = co_await EndsWithin(*ending, clock, kGrace);
    }
  }
  if (!in_time) {
    // The guard kills whom the program leaves in its group.
    co_return std::unexpected(Late(call));
  }
  guard.Disarm();
  co_return Collect(call, *running, *ending->status);
}

base::Result<ProgramResult> RunProgramBlocking(const ProgramCall& call) {
  const HeldSignals signals;
  const base::Result<Running> running = Start(call);
  if (!running) {
    return base::Pass(running.error());
  }
  std::optional<WaitStatus> status = WaitAtMost(running->pid, call.timeout, &signals);
  const bool in_time = status.has_value();
  for (const int signal : {SIGTERM, SIGKILL}) {
    if (!status) {
      SignalGroup(running->pid, signal);
      status = WaitAtMost(running->pid, kGrace, nullptr);
    }
  }
  if (!in_time) {
    SignalGroup(running->pid, SIGKILL);
    if (signals.Came()) {
      // Seen by a process that handles it; otherwise this one ends by it as `signals` goes.
      return base::Fail(ErrorKind::kCancelled, "interrupted", call.argv[0] + ": interrupted");
    }
    return std::unexpected(Late(call));
  }
  return Collect(call, *running, *status);
}

base::Error ProgramFailure(std::string_view what, std::string code, const ProgramResult& result) {
  std::string_view why = result.stderr_text;
  why = why.substr(0, why.find('\n'));
  return base::Error(
      ErrorKind::kHost, std::move(code),
      fmt::format("{}: {}", what,
                  why.empty() ? Describe(result.status) : base::Sanitised(why, false)));
}

}  // namespace os
