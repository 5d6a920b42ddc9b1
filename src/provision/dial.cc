#include "provision/dial.h"

#include <fmt/format.h>
#include <signal.h>

#include <optional>
#include <utility>

#include "async/deadline.h"
#include "async/task_group.h"
#include "base/text.h"
#include "provision/far_script.h"
#include "transport/stdio_link.h"

namespace provision {
namespace {

namespace asio = boost::asio;
using base::ErrorKind;

/// A pipe holds this much before anybody reads.
constexpr size_t kMaxScriptBytes = size_t{60} << 10;

/// A link with the process that carries it.
class HostLink final : public surface::Link {
 public:
  HostLink(std::unique_ptr<HostProcess> process, std::unique_ptr<surface::Link> link)
      : process_(std::move(process)), link_(std::move(link)) {}

  asio::awaitable<base::Result<std::string_view>> Receive() override { return link_->Receive(); }
  asio::awaitable<base::Result<void>> Send(std::string_view batch) override {
    return link_->Send(batch);
  }
  void Close() override {
    link_->Close();
    process_.reset();
  }

 private:
  std::unique_ptr<HostProcess> process_;
  std::unique_ptr<surface::Link> link_;
};

std::string StartScript(const DialCall& call, const std::string& nonce) {
  std::string script = "{\n" + MarkOnStderr(nonce, "begin") + "\n";
  const std::string agent = ShellQuoted(call.agent);
  if (!call.checks.empty()) {
    // A file that a crash has emptied is a shell script that agrees to everything.
    script += fmt::format("{} --self-check >/dev/null 2>&1 && {{ {}; exit 97; }}\n", agent,
                          MarkOnStderr(nonce, "stale"));
  }
  for (const FileCheck& check : call.checks) {
    const std::string file = check.path == call.agent ? "" : " " + ShellQuoted(check.path);
    script += fmt::format("{} --self-check {}{} >&2 || {{ {}; exit 97; }}\n", agent,
                          ShellQuoted(check.sha256), file, MarkOnStderr(nonce, "stale"));
    // The sweep goes by when it was last started.
    script += fmt::format("touch -c {} 2>/dev/null\n", ShellQuoted(check.path));
  }
  std::string body = "exec " + agent;
  for (const std::string& argument : call.args) {
    body += " " + ShellQuoted(argument);
  }
  return script + BecomeInShell(body, call.login_environment) + "\n}\n";
}

/// What the waiting parts of one dial share; the process's handler may outlive the call.
struct Progress {
  std::string begin;
  std::string stale_mark;
  bool begun = false;
  bool stale = false;
  bool late = false;
  HostProcess* process = nullptr;  ///< while the dial waits
  std::function<void(HostPhase)> on_phase;
  HostProcess::LineHandler on_line;
  std::function<void()> rearm;

  void Take(std::string_view line) {
    if (line == begin) {
      begun = true;
      if (on_phase) {
        on_phase(HostPhase::kHandshaking);
      }
      if (rearm) {
        rearm();
      }
    } else if (line == stale_mark) {
      stale = true;
    } else if (on_line && !line.empty()) {
      on_line(line);
    }
  }
};

std::string NoiseIn(const base::Error& error) {
  constexpr std::string_view kBefore = "it printed:\n";
  const size_t at = error.message().find(kBefore);
  return at == std::string::npos ? std::string() : error.message().substr(at + kBefore.size());
}

/// Ends the process when the time is over; what waits on it then sees the end.
class Alarm {
 public:
  Alarm(HostWorld& world, async::Duration bound, std::shared_ptr<Progress> progress)
      : world_(world), bound_(bound), progress_(std::move(progress)) {
    Arm();
  }
  void Arm() {
    timer_.emplace(world_.executor);
    timer_->Spawn(
        "handshake",
        [&clock = world_.clock, bound = bound_, progress = progress_]() -> asio::awaitable<void> {
          const bool passed = co_await clock.Sleep(bound);
          if (passed && progress->process != nullptr) {
            progress->late = true;
            progress->process->Kill();
          }
        });
  }

 private:
  HostWorld& world_;
  async::Duration bound_;
  std::shared_ptr<Progress> progress_;
  std::optional<async::TaskGroup> timer_;
};

HostFault Silent(const HostShell& shell, const DialCall& call, bool begun,
                 const std::string& words) {
  const auto seconds = std::chrono::duration<double>(call.handshake).count();
  std::string message =
      fmt::format("{}: starting: {} within {:.4g} s", shell.address().Shown(),
                  begun ? "connected, but no agent spoke" : "no shell there", seconds);
  if (!words.empty()) {
    message += "; it said:\n" + words;
  }
  return HostFault{begun ? FaultPhase::kRemote : FaultPhase::kNetwork,
                   base::Error(ErrorKind::kHost, "no_handshake", std::move(message),
                               "see what its login scripts do when there is no terminal"),
                   false};
}

}  // namespace

asio::awaitable<HostResult<Dialled>> Dial(HostShell& shell, DialCall call) {
  const auto nonce = NewNonce();
  if (!nonce) {
    co_return Faulty(FaultPhase::kPlace, nonce.error());
  }
  const std::string script = StartScript(call, *nonce);
  if (script.size() > kMaxScriptBytes) {
    co_return Faulty(FaultPhase::kPlace,
                     base::Error(ErrorKind::kLimit, "too_large",
                                 fmt::format("the agent's arguments have {} bytes, the limit is {}",
                                             script.size(), kMaxScriptBytes)));
  }
  if (call.on_phase) {
    call.on_phase(HostPhase::kStarting);
  }
  const auto progress = std::make_shared<Progress>();
  progress->begin = MarkLine(*nonce, "begin");
  progress->stale_mark = MarkLine(*nonce, "stale");
  progress->on_phase = call.on_phase;
  progress->on_line = call.on_line;
  HostProcess::LineHandler on_line = [progress](std::string_view line) { progress->Take(line); };
  HostResult<StartedShell> started = co_await shell.Start(false, std::move(on_line));
  if (!started) {
    co_return std::unexpected(started.error());
  }
  HostProcess& process = *started->process;
  os::Fd input = process.TakeInput();
  std::optional<Alarm> alarm(std::in_place, shell.world(), call.handshake, progress);
  // Raw pointers into this frame go before it does.
  const std::shared_ptr<void> disarm(nullptr, [progress](void*) {
    progress->process = nullptr;
    progress->rearm = nullptr;
    progress->on_phase = nullptr;
  });
  progress->process = &process;
  progress->rearm = [&alarm] { alarm->Arm(); };
  // A process that is gone already takes nothing; its end says why.
  (void)os::WriteAll(input.get(), script);
  auto opened = co_await transport::AwaitSentinel(shell.world().executor, process.TakeOutput(),
                                                  std::move(input));
  alarm.reset();
  progress->process = nullptr;
  progress->rearm = nullptr;
  if (opened) {
    shell.RemoveMarks(started->files);
    Dialled dialled;
    dialled.noise = std::move(opened->noise);
    dialled.link = std::make_unique<HostLink>(std::move(started->process), std::move(opened->link));
    co_return dialled;
  }
  // It may have closed its stdout and live on.
  const std::string noise = NoiseIn(opened.error());
  const auto grace = std::chrono::seconds(2);
  const auto ended =
      co_await async::WithDeadline(shell.world().clock, grace, process.Wait(), "end");
  process.Kill();
  if (progress->late) {
    shell.RemoveMarks(started->files);
    const std::string words = LastWords(process.words(), noise);
    co_return std::unexpected(Silent(shell, call, progress->begun, words));
  }
  const os::WaitStatus status = ended && *ended ? **ended : os::WaitStatus(os::Signalled{SIGKILL});
  HostFault fault = shell.FaultOf(*started, status, progress->begun, noise, "starting");
  if (progress->stale) {
    co_return Faulty(FaultPhase::kRemote,
                     base::Error(ErrorKind::kHost, "agent_stale",
                                 fmt::format("{}: starting: what lies there is not what was sent",
                                             shell.address().Shown())));
  }
  co_return std::unexpected(std::move(fault));
}

}  // namespace provision
