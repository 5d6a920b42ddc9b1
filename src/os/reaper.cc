#include "os/reaper.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <boost/asio/signal_set.hpp>
#include <cerrno>
#include <csignal>
#include <optional>
#include <unordered_map>
#include <utility>

#include "async/notifier.h"
#include "base/bug.h"

namespace os {
namespace {

namespace asio = boost::asio;

}  // namespace

struct Reaper::State : std::enable_shared_from_this<Reaper::State> {
  explicit State(const asio::any_io_executor& executor) : signals(executor, SIGCHLD) {}

  void Arm() {
    signals.async_wait([weak = weak_from_this()](const boost::system::error_code& error, int) {
      const std::shared_ptr<State> state = weak.lock();
      if (state && !error) {
        // Armed first: a child that ends while we collect raises the signal anew.
        state->Arm();
        state->Collect();
      }
    });
  }

  void Collect() {
    // A callback may destroy the reaper.
    const std::shared_ptr<State> alive = shared_from_this();
    for (;;) {
      int raw = 0;
      const pid_t pid = waitpid(-1, &raw, WNOHANG);
      if (pid < 0 && errno == EINTR) {
        continue;
      }
      if (pid <= 0) {
        return;
      }
      Report(pid, DecodeWaitStatus(raw));
    }
  }

  void Report(pid_t pid, WaitStatus status) {
    auto known = callbacks.extract(pid);
    if (known.empty()) {
      if (unknown) {
        unknown(pid, status);
      }
    } else if (known.mapped()) {
      known.mapped()(status);
    }
  }

  asio::signal_set signals;
  std::unordered_map<pid_t, ExitCallback> callbacks;
  UnknownCallback unknown;
};

Reaper::Reaper(asio::any_io_executor executor) : state_(std::make_shared<State>(executor)) {
  state_->Arm();
}

Reaper::~Reaper() {
  boost::system::error_code ignored;
  state_->signals.cancel(ignored);
}

void Reaper::OnExit(pid_t pid, ExitCallback callback) {
  const bool is_new = state_->callbacks.try_emplace(pid, std::move(callback)).second;
  BUG_IF(!is_new, "two callbacks for the end of one child");
}

void Reaper::Forget(pid_t pid) {
  const auto known = state_->callbacks.find(pid);
  if (known != state_->callbacks.end()) {
    known->second = ExitCallback();
  }
}

void Reaper::OnUnknownExit(UnknownCallback callback) {
  state_->unknown = std::move(callback);
}

asio::awaitable<base::Result<WaitStatus>> Reaper::Wait(pid_t pid) {
  struct Ending {
    explicit Ending(const asio::any_io_executor& executor) : ended(executor) {}
    std::optional<WaitStatus> status;
    async::Notifier ended;
  };
  const auto ending = std::make_shared<Ending>(state_->signals.get_executor());
  OnExit(pid, [ending](WaitStatus status) {
    ending->status = status;
    ending->ended.Notify();
  });
  co_await ending->ended.Wait();
  if (!ending->status) {
    Forget(pid);
    co_return base::Fail(base::ErrorKind::kCancelled, "cancelled", "waiting for a program");
  }
  co_return *ending->status;
}

size_t Reaper::waiting() const {
  return state_->callbacks.size();
}

void Reaper::Poll() {
  state_->Collect();
}

base::Result<void> BecomeSubreaper() {
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
    const int number = errno;
    const base::Error error = base::SystemError("subreaper", number);
    return std::unexpected(
        number == EINVAL ? base::Error(error.kind(), "unsupported", error.message()) : error);
  }
  return {};
}

}  // namespace os
