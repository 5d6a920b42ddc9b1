#include "service/control.h"

#include <fmt/format.h>
#include <signal.h>

#include <functional>
#include <string>
#include <utility>

#include "async/deadline.h"
#include "os/process.h"
#include "os/unix_socket.h"
#include "service/gate.h"
#include "service/handshake.h"
#include "transport/descriptor_link.h"

namespace service {
namespace {

namespace asio = boost::asio;
using base::ErrorKind;

constexpr async::Duration kAnswerBound = std::chrono::seconds(5);
constexpr async::Duration kAgain = std::chrono::milliseconds(10);

/// Asks through the door; the pid of who agreed.
asio::awaitable<base::Result<int64_t>> AskThroughDoor(asio::any_io_executor executor,
                                                      async::Clock& clock,
                                                      const ServicePlace& place) {
  auto fd = os::ConnectTo(place.socket);
  if (!fd) {
    co_return base::Pass(fd.error());
  }
  if (auto same = os::RequireSameUser(fd->get()); !same) {
    co_return base::Pass(same.error());
  }
  const auto link = transport::MakeUnixLink(executor, std::move(*fd));
  auto hello = co_await async::WithDeadline(clock, kAnswerBound, AskHello(*link, place.client_name),
                                            place.what);
  if (!hello) {
    co_return base::Pass(hello.error());
  }
  auto agreed = co_await async::WithDeadline(clock, kAnswerBound, AskStop(*link), place.what);
  if (!agreed) {
    co_return base::Pass(agreed.error());
  }
  co_return hello->pid;
}

using Gone = std::function<base::Result<bool>()>;

asio::awaitable<base::Result<Stopped>> UntilGone(async::Clock& clock, std::string what,
                                                 Stopped stopped, Gone gone, async::Duration end) {
  while (true) {
    const auto is_gone = gone();
    if (!is_gone) {
      co_return base::Pass(is_gone.error());
    }
    if (*is_gone) {
      co_return stopped;
    }
    if (clock.Now() >= end) {
      co_return base::Fail(
          ErrorKind::kBusy, "still_running",
          fmt::format("the {} (pid {}) was asked to stop and still runs", what, stopped.pid),
          fmt::format("end it with: kill -KILL {}", stopped.pid));
    }
    const bool waited = co_await clock.Sleep(kAgain);
    if (!waited) {
      co_return base::Fail(ErrorKind::kCancelled, "cancelled", "waiting for the end");
    }
  }
}

/// Nobody owns our state folder: one with another may serve our door.
asio::awaitable<base::Result<Stopped>> StopOther(asio::any_io_executor executor,
                                                 async::Clock& clock, ServicePlace place,
                                                 async::Duration end) {
  const auto agreed = co_await AskThroughDoor(executor, clock, place);
  if (!agreed) {
    co_return base::Fail(ErrorKind::kGone, "not_running",
                         fmt::format("no {} is running", place.what));
  }
  Stopped stopped;
  stopped.pid = *agreed;
  const auto process = os::IdentityOf(static_cast<pid_t>(stopped.pid));
  const Gone gone = [process]() -> base::Result<bool> {
    return !process || !os::IsAlive(*process);
  };
  co_return co_await UntilGone(clock, place.what, stopped, gone, end);
}

}  // namespace

asio::awaitable<base::Result<Stopped>> Stop(asio::any_io_executor executor, async::Clock& clock,
                                            ServicePlace place, async::Duration deadline) {
  const async::Duration end = clock.Now() + deadline;
  const auto owner = co_await PatientOwnerOf(clock, place.folder);
  if (!owner) {
    co_return base::Pass(owner.error());
  }
  if (!owner->held) {
    co_return co_await StopOther(executor, clock, place, end);
  }
  if (owner->stopped) {
    co_return base::Pass(OwnerTrouble(place.what, *owner));
  }
  Stopped stopped;
  const auto agreed = co_await AskThroughDoor(executor, clock, place);
  if (agreed) {
    stopped.pid = *agreed;
  } else {
    if (!owner->process || !os::SendSignal(*owner->process, SIGTERM)) {
      co_return base::Pass(OwnerTrouble(place.what, *owner));
    }
    stopped.pid = owner->process->pid;
    stopped.by_signal = true;
  }
  const Gone gone = [folder = place.folder, who = owner->process]() -> base::Result<bool> {
    const auto now = OwnerOf(folder);
    if (!now) {
      return base::Pass(now.error());
    }
    return !now->held || now->process != who;
  };
  co_return co_await UntilGone(clock, place.what, stopped, gone, end);
}

asio::awaitable<base::Result<std::unique_ptr<surface::Client>>> Restart(
    asio::any_io_executor executor, async::Clock& clock, os::Reaper& reaper, ServicePlace place,
    EnsureOptions options) {
  auto stopped = co_await Stop(executor, clock, place);
  if (!stopped && stopped.error().kind() != ErrorKind::kGone) {
    co_return base::Pass(stopped.error());
  }
  co_return co_await Ensure(executor, clock, reaper, place, options);
}

}  // namespace service
