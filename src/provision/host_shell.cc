#include "provision/host_shell.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <charconv>
#include <utility>
#include <variant>

#include "async/deadline.h"
#include "async/notifier.h"
#include "async/task_group.h"
#include "base/sha256.h"
#include "base/text.h"
#include "os/environment.h"
#include "os/file_system.h"
#include "os/run_program.h"
#include "provision/far_script.h"

namespace provision {
namespace {

namespace asio = boost::asio;
using base::ErrorKind;

constexpr auto kConfigTimeout = std::chrono::seconds(30);
constexpr auto kForgetTimeout = std::chrono::seconds(2);
constexpr auto kLastWords = std::chrono::seconds(1);
constexpr size_t kShownWords = 2000;
constexpr size_t kMaxNoise = size_t{64} << 10;

/// One script's two pipes; the writer task and the reader share it.
struct Talk {
  Talk(const asio::any_io_executor& executor, HostProcess& process)
      : input(executor, process.TakeInput().Release()),
        output(executor, process.TakeOutput().Release()),
        begun(executor) {}

  asio::posix::stream_descriptor input;
  asio::posix::stream_descriptor output;
  async::Notifier begun;
  std::string text;
  std::string script;
  os::Fd payload;
  std::function<void(uint64_t)> on_sent;
};

asio::awaitable<void> SendPayload(std::shared_ptr<Talk> shared) {
  Talk& talk = *shared;
  constexpr size_t kChunk = size_t{64} << 10;
  std::string buffer(kChunk, '\0');
  uint64_t offset = 0;
  for (;;) {
    const auto count = os::ReadAt(talk.payload.get(), offset, buffer);
    if (!count || *count == 0) {
      break;  // a file of ours that cannot be read comes out short: the digest tells
    }
    const auto [error, sent] = co_await asio::async_write(
        talk.input, asio::buffer(buffer.data(), *count), asio::as_tuple(asio::use_awaitable));
    if (error) {
      break;  // the far side's end says why
    }
    offset += sent;
    if (talk.on_sent) {
      talk.on_sent(offset);
    }
  }
  boost::system::error_code ignored;
  talk.input.close(ignored);
}

asio::awaitable<void> Write(std::shared_ptr<Talk> shared) {
  Talk& talk = *shared;
  const auto [error, count] =
      co_await asio::async_write(talk.input, asio::buffer(talk.script.data(), talk.script.size()),
                                 asio::as_tuple(asio::use_awaitable));
  if (error || !talk.payload.valid()) {
    co_return;
  }
  const bool begun = co_await talk.begun.Wait();
  if (begun) {
    co_await SendPayload(shared);
  }
}

/// Gives out whole lines of a growing frame.
class FrameLines {
 public:
  FrameLines(std::string begin, std::string end) : begin_(std::move(begin)), end_(std::move(end)) {}

  template <class F>
  void Look(const std::string& text, const F& each) {
    for (;;) {
      const size_t stop = text.find('\n', at_);
      if (stop == std::string::npos) {
        return;
      }
      std::string_view line = std::string_view(text).substr(at_, stop - at_);
      at_ = stop + 1;
      if (line.ends_with('\r')) {
        line.remove_suffix(1);
      }
      if (!begun_) {
        begun_ = line.ends_with(begin_);
      } else if (!ended_) {
        ended_ = line.starts_with(end_);
        if (!ended_ && !line.empty()) {
          each(line);
        }
      }
    }
  }
  bool begun() const { return begun_; }
  bool ended() const { return ended_; }

 private:
  std::string begin_;
  std::string end_;
  size_t at_ = 0;
  bool begun_ = false;
  bool ended_ = false;
};

/// Whether that process, ours or not, is still there.
bool LivesNow(std::string_view hex_pid) {
  int pid = 0;
  const auto [rest, error] =
      std::from_chars(hex_pid.data(), hex_pid.data() + hex_pid.size(), pid, 16);
  return error != std::errc() || rest != hex_pid.data() + hex_pid.size() || pid <= 0 ||
         kill(pid, 0) == 0 || errno == EPERM;
}

}  // namespace

std::string LastWords(std::string_view errors, std::string_view noise) {
  std::string words;
  for (std::string_view part : {noise, errors}) {
    if (part.size() > kShownWords) {
      part.remove_prefix(part.size() - kShownWords);
      part.remove_prefix(std::min(part.find('\n') + 1, part.size()));
    }
    for (const std::string_view line : base::Split(part, '\n')) {
      const std::string shown = base::Sanitised(line.substr(0, line.find('\r')), false);
      if (!IsMark(shown) && shown.find_first_not_of(" \t") != std::string::npos) {
        words += (words.empty() ? "" : "\n") + shown;
      }
    }
  }
  return words;
}

HostShell::HostShell(HostWorld& world, HostAddress address)
    : world_(world), address_(std::move(address)), directory_(world.state_dir + "/ssh") {
  // Two sessions to one host do not share a connection: either may end its own.
  const std::string identity =
      fmt::format("{} {}", address_.Shown(), static_cast<const void*>(this));
  stem_ = fmt::format("{:x}-{}", getpid(), base::Sha256Hex(identity).substr(0, 12));
}

HostShell::~HostShell() {
  for (uint64_t serial = 1; serial <= serial_; ++serial) {
    RemoveMarks(FilesOf(serial));
  }
  // Nobody uses the shared connection any more. Not waited for: it may outlive this process.
  if (const auto call = ForgetCall()) {
    os::SpawnSpec spawn;
    spawn.argv = call->argv;
    spawn.environment = call->environment;
    spawn.directory = directory_.c_str();
    spawn.own_session = true;
    if (const auto pid = os::Spawn(spawn)) {
      world_.reaper.OnExit(*pid, [](os::WaitStatus) {});
    }
  }
}

SshFiles HostShell::FilesOf(uint64_t serial) const {
  return SshFiles{stem_, fmt::format("{}.{}.key", stem_, serial),
                  fmt::format("{}.{}.in", stem_, serial)};
}

void HostShell::RemoveMarks(const SshFiles& files) {
  if (address_.is_ssh()) {
    unlink((directory_ + "/" + files.host_key_mark).c_str());
    unlink((directory_ + "/" + files.login_mark).c_str());
  }
}

std::vector<std::string> HostShell::Environment() const {
  os::Environment environment(world_.environment());
  environment.Set("SSH_ASKPASS_REQUIRE", "never");
  return environment.entries();
}

base::Result<void> HostShell::MakeDirectory() {
  if (auto made = os::MakeDirs(directory_); !made) {
    return base::Pass(made.error());
  }
  const auto status = os::StatusOf(directory_);
  if (!status) {
    return base::Pass(status.error());
  }
  if (status->kind != os::FileKind::kDirectory || status->owner != geteuid() ||
      (status->mode & 077) != 0) {
    return base::Fail(
        ErrorKind::kRefused, "not_private",
        fmt::format("{} is not a directory that is ours alone", base::Quoted(directory_)),
        "remove it, or chmod 700 it");
  }
  // What a killed process left behind.
  const auto entries = os::ListDir(directory_);
  if (entries) {
    for (const os::DirEntry& entry : *entries) {
      const std::string_view name = entry.name;
      if (!LivesNow(name.substr(0, name.find('-')))) {
        unlink((directory_ + "/" + entry.name).c_str());
      }
    }
  }
  return {};
}

asio::awaitable<HostResult<bool>> HostShell::Prepare() {
  if (!address_.is_ssh() || config_) {
    co_return true;
  }
  if (auto made = MakeDirectory(); !made) {
    co_return Faulty(FaultPhase::kPlace, made.error());
  }
  os::ProgramCall call;
  call.argv = SshConfigArgv(world_.ssh, address_);
  call.environment = Environment();
  call.directory = directory_;
  call.timeout = kConfigTimeout;
  const auto asked = co_await os::RunProgram(world_.reaper, world_.clock, std::move(call));
  if (!asked) {
    const bool late = asked.error().code() == "timeout";
    co_return Faulty(late ? FaultPhase::kNetwork : FaultPhase::kPlace,
                     asked.error().In(address_.Shown()));
  }
  if (!asked->ok()) {
    const std::string words = LastWords(asked->stderr_text, {});
    co_return Faulty(
        FaultPhase::kPlace,
        base::Error(ErrorKind::kInput, "ssh_config",
                    fmt::format("{}: ssh refuses its configuration: {}", address_.Shown(), words),
                    fmt::format("see what is wrong with: ssh -G {}", address_.Shown())));
  }
  config_ = ParseSshConfig(asked->stdout_text);
  co_return true;
}

asio::awaitable<HostResult<StartedShell>> HostShell::Start(bool copying,
                                                           HostProcess::LineHandler on_line) {
  const HostResult<bool> prepared = co_await Prepare();
  if (!prepared) {
    co_return std::unexpected(prepared.error());
  }
  StartedShell started;
  HostProcess::Spec spec;
  spec.environment = Environment();
  if (address_.is_ssh()) {
    started.files = FilesOf(++serial_);
    spec.argv = SshArgv(world_.ssh, address_, *config_, started.files,
                        copying ? SshPurpose::kCopy : SshPurpose::kTalk);
    spec.directory = directory_;
  } else {
    spec.argv = address_.command();
    spec.argv.insert(spec.argv.end(), {"sh", "-s"});
  }
  auto process = HostProcess::Start(world_, spec, std::move(on_line));
  if (!process) {
    co_return Faulty(FaultPhase::kPlace, process.error().In(address_.Shown()));
  }
  started.process = std::move(*process);
  interrupt_ = started.process->Killer();
  co_return started;
}

void HostShell::Interrupt() {
  if (interrupt_) {
    interrupt_();
  }
}

asio::awaitable<HostResult<ScriptResult>> HostShell::Run(ScriptCall call) {
  const auto nonce = NewNonce();
  if (!nonce) {
    co_return Faulty(FaultPhase::kPlace, nonce.error());
  }
  HostResult<StartedShell> started = co_await Start(call.copying, call.on_line);
  if (!started) {
    co_return std::unexpected(started.error());
  }
  HostProcess& process = *started->process;
  const auto talk = std::make_shared<Talk>(world_.executor, process);
  talk->script = FramedScript(*nonce, call.body);
  talk->payload = std::move(call.payload);
  talk->on_sent = std::move(call.on_sent);
  async::TaskGroup writer(world_.executor);
  writer.Spawn("script", [talk] { return Write(talk); });
  FrameLines lines(MarkLine(*nonce, "begin"), MarkLine(*nonce, "end"));
  std::string buffer(size_t{64} << 10, '\0');
  const size_t limit = call.output_limit + kMaxNoise;
  bool too_much = false;
  while (!lines.ended() && !too_much) {
    const auto [error, count] = co_await talk->output.async_read_some(
        asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
    if (error) {
      break;
    }
    talk->text.append(buffer.data(), count);
    lines.Look(talk->text, [&call](std::string_view line) {
      if (call.on_line) {
        call.on_line(line);
      }
    });
    if (lines.begun()) {
      talk->begun.Notify();
    }
    too_much = talk->text.size() > limit;
  }
  FramedOutput framed = ParseFramed(talk->text, *nonce);
  if (too_much) {
    RemoveMarks(started->files);
    co_return Faulty(FaultPhase::kRemote,
                     base::Error(ErrorKind::kLimit, "too_large",
                                 fmt::format("{}: {}: the host said more than {} bytes",
                                             address_.Shown(), call.step, limit)));
  }
  if (!framed.status) {
    const std::optional<os::WaitStatus> status = co_await process.Wait();
    co_return std::unexpected(FaultOf(*started, status.value_or(os::Signalled{SIGKILL}),
                                      framed.begun, framed.begun ? framed.body : framed.before,
                                      call.step));
  }
  RemoveMarks(started->files);
  if (*framed.status != 0) {
    // Why it is red stands on the other pipe, and may still be on its way.
    (void)co_await async::WithDeadline(world_.clock, kLastWords, process.Wait(), "end");
  }
  ScriptResult result;
  result.status = *framed.status;
  result.output = std::move(framed.body);
  result.noise = std::move(framed.before);
  result.errors = process.words();
  co_return result;
}

HostFault HostShell::FaultOf(const StartedShell& shell, const os::WaitStatus& status,
                             bool far_side_spoke, std::string_view noise, std::string_view step) {
  const std::string& errors = shell.process->words();
  const std::string words = LastWords(errors, noise);
  HostFault fault;
  std::string what;
  if (address_.is_ssh()) {
    SshTraces traces;
    traces.exit_255 = status == os::WaitStatus(os::Exited{255});
    traces.host_key_mark = os::Exists(directory_ + "/" + shell.files.host_key_mark);
    traces.login_mark = os::Exists(directory_ + "/" + shell.files.login_mark);
    traces.far_side_spoke = far_side_spoke;
    RemoveMarks(shell.files);
    fault.phase = PhaseOf(traces, *config_);
    fault.authentication = LoginRefused(traces, errors);
    const bool broke = ConnectionBroke(traces, errors);
    if (broke) {
      fault.phase = FaultPhase::kNetwork;
    }
    if (traces.exit_255 && KnowsNoHostKeyMark(errors)) {
      config_->marks_host_key = false;  // the next attempt does without
      fault.phase = FaultPhase::kNetwork;
    }
    if (!traces.exit_255) {
      what = fmt::format("the command there ended ({})", os::Describe(status));
    } else if (far_side_spoke || (broke && traces.host_key_mark)) {
      what = "the connection was cut";
    } else if (fault.phase == FaultPhase::kNetwork) {
      what = "no connection";
    } else if (traces.login_mark) {
      what = "logged in, but no command was started";
    } else {
      what = fault.authentication ? "the login was refused" : "refused before the login";
    }
  } else {
    // Of a command we know only how it ended: 255 is ssh's word for a link that broke.
    const bool broken =
        !std::holds_alternative<os::Exited>(status) || status == os::WaitStatus(os::Exited{255});
    fault.phase = far_side_spoke && broken ? FaultPhase::kNetwork : FaultPhase::kRemote;
    what = fmt::format("the command ended ({}){}", os::Describe(status),
                       far_side_spoke ? "" : " and reached no shell");
  }
  const bool network = fault.phase == FaultPhase::kNetwork;
  std::string message = fmt::format("{}: {}: {}", address_.Shown(), step, what);
  if (!words.empty()) {
    message += words.find('\n') == std::string::npos ? ": " + words : "; it said:\n" + words;
  }
  fault.error = base::Error(ErrorKind::kHost, network ? "host_unreachable" : "host_refused",
                            std::move(message), RemedyFor(address_, errors));
  return fault;
}

std::optional<os::ProgramCall> HostShell::ForgetCall() const {
  if (!address_.is_ssh() || !config_) {
    return std::nullopt;
  }
  const SshFiles files = FilesOf(serial_);
  if (!os::Exists(directory_ + "/" + files.control)) {
    return std::nullopt;
  }
  os::ProgramCall call;
  call.argv = SshArgv(world_.ssh, address_, *config_, files, SshPurpose::kForget);
  call.environment = Environment();
  call.directory = directory_;
  call.timeout = kForgetTimeout;
  return call;
}

asio::awaitable<void> HostShell::Forget() {
  std::optional<os::ProgramCall> call = ForgetCall();
  if (!call) {
    co_return;
  }
  // Whatever it says: without its name nobody finds the old connection.
  (void)co_await os::RunProgram(world_.reaper, world_.clock, std::move(*call));
  unlink((directory_ + "/" + FilesOf(serial_).control).c_str());
}

}  // namespace provision
