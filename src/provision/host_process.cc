#include "provision/host_process.h"

#include <fcntl.h>
#include <signal.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "async/deadline.h"
#include "async/notifier.h"
#include "async/task_group.h"

namespace provision {
namespace {

namespace asio = boost::asio;

constexpr size_t kMaxWords = size_t{16} << 10;
constexpr size_t kMaxLine = size_t{4} << 10;
/// What comes from there is logs, mostly: ssh goes on reading while we are at something else.
constexpr int kOutputPipeBytes = 256 << 10;
constexpr auto kTermGrace = std::chrono::seconds(2);
/// stderr may be held open by what the program leaves behind (a ProxyCommand's child).
constexpr auto kLastWords = std::chrono::seconds(1);

}  // namespace

/// Shared with the pump and the reaper's callback, which may outlive the object.
struct HostProcess::State {
  State(HostWorld& world, os::Fd error)
      : executor(world.executor),
        clock(world.clock),
        errors(world.executor, error.Release()),
        changed(world.executor) {
    errors.non_blocking(true);
  }

  void TakeWords(std::string_view bytes) {
    words.append(bytes);
    if (words.size() > kMaxWords) {
      words.erase(0, words.size() - kMaxWords);
    }
    line.append(bytes);
    size_t begin = 0;
    for (;;) {
      const size_t end = line.find('\n', begin);
      if (end == std::string::npos) {
        break;
      }
      Tell(std::string_view(line).substr(begin, end - begin));
      begin = end + 1;
    }
    line.erase(0, begin);
    if (line.size() > kMaxLine) {
      Tell(line);
      line.clear();
    }
  }

  void Tell(std::string_view text) {
    if (text.ends_with('\r')) {
      text.remove_suffix(1);
    }
    if (on_line) {
      on_line(text);
    }
  }

  /// Owns what it works on: its object may be dropped meanwhile.
  static asio::awaitable<void> Pump(std::shared_ptr<State> state) {
    std::array<char, 4096> buffer;
    for (;;) {
      const auto [error, count] = co_await state->errors.async_read_some(
          asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
      if (error) {
        break;
      }
      state->TakeWords(std::string_view(buffer.data(), count));
    }
    if (!state->line.empty()) {
      state->Tell(std::exchange(state->line, {}));
    }
    state->drained = true;
    state->changed.Notify();
  }

  asio::any_io_executor executor;
  async::Clock& clock;
  asio::posix::stream_descriptor errors;
  async::Notifier changed;
  pid_t pid = 0;
  os::Fd input;
  os::Fd output;
  std::string words;
  std::string line;
  LineHandler on_line;
  std::optional<os::WaitStatus> status;
  bool drained = false;
  std::unique_ptr<async::TaskGroup> tasks;
};

base::Result<std::unique_ptr<HostProcess>> HostProcess::Start(HostWorld& world, const Spec& spec,
                                                              LineHandler on_line) {
  auto input = os::MakePipe();
  auto output = os::MakePipe();
  auto errors = os::MakePipe();
  for (const base::Result<os::Pipe>* pipe : {&input, &output, &errors}) {
    if (!*pipe) {
      return base::Pass(pipe->error());
    }
  }
  // Best effort: a system may allow no more than it gives.
  static_cast<void>(::fcntl(output->write_end.get(), F_SETPIPE_SZ, kOutputPipeBytes));
  os::SpawnSpec spawn;
  spawn.argv = spec.argv;
  spawn.environment = spec.environment;
  spawn.directory = spec.directory.empty() ? nullptr : spec.directory.c_str();
  spawn.stdin_fd = input->read_end.get();
  spawn.stdout_fd = output->write_end.get();
  spawn.stderr_fd = errors->write_end.get();
  spawn.own_session = true;  // no terminal: nothing can ask for a password there
  const auto pid = os::Spawn(spawn);
  if (!pid) {
    return base::Pass(pid.error());
  }
  const auto state = std::make_shared<State>(world, std::move(errors->read_end));
  state->pid = *pid;
  state->input = std::move(input->write_end);
  state->output = std::move(output->read_end);
  state->on_line = std::move(on_line);
  world.reaper.OnExit(*pid, [state](os::WaitStatus status) {
    state->status = status;
    state->changed.Notify();
  });
  state->tasks = std::make_unique<async::TaskGroup>(world.executor);
  state->tasks->Spawn("host stderr", [state] { return State::Pump(state); });
  auto process = std::unique_ptr<HostProcess>(new HostProcess(state));
  for (const int fd : {state->input.get(), state->output.get()}) {
    if (auto set = os::SetNonBlocking(fd, true); !set) {
      return base::Pass(set.error());
    }
  }
  return process;
}

HostProcess::HostProcess(std::shared_ptr<State> state) : state_(std::move(state)) {}

HostProcess::~HostProcess() {
  state_->on_line = nullptr;
  if (!state_->status) {
    os::SignalGroup(state_->pid, SIGTERM);
    // Not a task: it outlives whoever dropped us, and goes with the event loop.
    const auto timer = std::make_shared<asio::steady_timer>(state_->executor, kTermGrace);
    timer->async_wait([timer, state = state_](const boost::system::error_code& error) {
      if (!error && !state->status) {
        os::SignalGroup(state->pid, SIGKILL);
      }
    });
  }
  // Breaks the ring of the state and its own tasks.
  const auto tasks = std::move(state_->tasks);
}

os::Fd HostProcess::TakeInput() {
  return std::move(state_->input);
}

os::Fd HostProcess::TakeOutput() {
  return std::move(state_->output);
}

asio::awaitable<std::optional<os::WaitStatus>> HostProcess::Wait() {
  const std::shared_ptr<State> state = state_;
  while (!state->status) {
    const bool woken = co_await state->changed.Wait();
    if (!woken) {
      co_return std::nullopt;
    }
  }
  while (!state->drained) {
    const auto woken =
        co_await async::WithDeadline(state->clock, kLastWords, state->changed.Wait(), "stderr");
    if (!woken || !*woken) {
      break;
    }
  }
  co_return state->status;
}

const std::string& HostProcess::words() const {
  return state_->words;
}

void HostProcess::Kill() {
  if (!state_->status) {
    os::SignalGroup(state_->pid, SIGKILL);
  }
}

std::function<void()> HostProcess::Killer() const {
  return [weak = std::weak_ptr(state_)] {
    const std::shared_ptr<State> state = weak.lock();
    if (state && !state->status) {
      os::SignalGroup(state->pid, SIGKILL);
    }
  };
}

}  // namespace provision
