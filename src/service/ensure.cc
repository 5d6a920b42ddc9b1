#include "service/ensure.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "os/child.h"
#include "os/file_lock.h"
#include "os/file_system.h"
#include "os/run_program.h"
#include "os/unix_socket.h"
#include "service/control.h"
#include "service/home.h"

namespace service {
namespace {

namespace asio = boost::asio;
using base::ErrorKind;
using ClientResult = base::Result<std::unique_ptr<surface::Client>>;

constexpr async::Duration kAgain = std::chrono::milliseconds(10);
// A service that ends right after it said that it was ready will do so again.
constexpr int kMaxStarts = 3;

/// What a start program said on stderr, as an error: its first line without the program's name, the
/// indented lines below as the hint.
base::Error StartFailure(const ServicePlace& place, const os::ProgramResult& result) {
  const std::string& program = place.start.front();
  const std::string name = program.substr(program.rfind('/') + 1) + ": ";
  std::string message;
  std::string hint;
  for (std::string_view line : base::Split(result.stderr_text, '\n')) {
    if (message.empty()) {
      message = line.starts_with(name) ? line.substr(name.size()) : line;
    } else if (line.starts_with("  ")) {
      hint += hint.empty() ? "" : "\n";
      hint += line.substr(2);
    }
  }
  if (message.empty()) {
    message = fmt::format("starting the {}: {}", place.what, os::Describe(result.status));
  }
  const auto* exited = std::get_if<os::Exited>(&result.status);
  const bool wrong_request = exited != nullptr && exited->code == 2;
  return base::Error(wrong_request ? ErrorKind::kRefused : ErrorKind::kHost, "start_failed",
                     base::Sanitised(message, false), base::Sanitised(hint, false));
}

asio::awaitable<base::Result<void>> StartProgram(async::Clock& clock, os::Reaper& reaper,
                                                 const ServicePlace& place,
                                                 const EnsureOptions& options) {
  std::vector<std::string> prefix;
  if (options.use_scope) {
    prefix = ScopePrefix(place.environment);
  }
  while (true) {
    os::ProgramCall call;
    call.argv = prefix;
    call.argv.insert(call.argv.end(), place.start.begin(), place.start.end());
    call.directory = "/";
    call.environment = place.environment.entries();
    call.timeout = options.deadline;
    auto result = co_await os::RunProgram(reaper, clock, std::move(call));
    if (result && result->ok()) {
      co_return base::Result<void>();
    }
    // A user manager that is there but refuses must not be in the way.
    if (!prefix.empty() && result && result->stderr_text.starts_with("Failed to")) {
      prefix.clear();
      continue;
    }
    if (!result) {
      co_return base::Pass(result.error().In(fmt::format("starting the {}", place.what)));
    }
    co_return base::Pass(StartFailure(place, *result));
  }
}

/// Whether a failed attempt is one that starting the service mends.
bool NeedsStart(const base::Error& error) {
  return error.code() == "not_running";
}

}  // namespace

asio::awaitable<ClientResult> Ensure(asio::any_io_executor executor, async::Clock& clock,
                                     os::Reaper& reaper, ServicePlace place,
                                     EnsureOptions options) {
  const async::Duration end = clock.Now() + options.deadline;
  int starts = 0;
  bool replaced = false;
  while (true) {
    Dialled dialled = co_await KeepDialling(executor, clock, place);
    if (dialled.client) {
      co_return std::move(dialled.client);
    }
    const base::Error error = dialled.client.error();
    if (dialled.replaceable && !replaced) {
      // Once: if what starts then is no better, the words must reach the caller.
      replaced = true;
      // Whether this call or another one stopped it makes no difference to what comes next.
      auto stopped = co_await Stop(executor, clock, place);
      if (!stopped && stopped.error().kind() != ErrorKind::kGone) {
        co_return base::Pass(stopped.error());
      }
      continue;
    }
    if (!NeedsStart(error) || place.start.empty()) {
      co_return base::Pass(error);
    }
    if (starts == kMaxStarts || clock.Now() >= end) {
      co_return base::Fail(
          ErrorKind::kHost, "start_failed",
          fmt::format("the {} ended each time right after it had started", place.what),
          fmt::format("its log is in {}", base::Quoted(place.folder)));
    }
    if (auto made = MakeOwnDir(place.folder); !made) {
      co_return base::Pass(made.error());
    }
    // One starts it; the others wait for that one here, and then only dial.
    const auto starting = os::FileLock::TryLock(place.folder + "/starting");
    if (!starting) {
      if (starting.error().kind() != ErrorKind::kBusy) {
        co_return base::Pass(starting.error());
      }
      if (clock.Now() >= end) {
        co_return base::Pass(starting.error().In(fmt::format("starting the {}", place.what)));
      }
      const bool waited = co_await clock.Sleep(kAgain);
      if (!waited) {
        co_return base::Fail(ErrorKind::kCancelled, "cancelled", "connecting");
      }
      continue;
    }
    Dialled meanwhile = co_await TryDial(executor, clock, place);
    if (meanwhile.client) {
      co_return std::move(meanwhile.client);
    }
    if (!NeedsStart(meanwhile.client.error())) {
      continue;
    }
    ++starts;
    auto started = co_await StartProgram(clock, reaper, place, options);
    if (!started) {
      co_return base::Pass(started.error());
    }
  }
}

std::vector<std::string> ScopePrefix(const os::Environment& environment) {
  const auto runtime = environment.Get("XDG_RUNTIME_DIR");
  if (!runtime || !runtime->starts_with('/')) {
    return {};
  }
  // Connecting succeeds only if somebody listens: a manager that is gone leaves the name behind.
  if (!os::ConnectTo(std::string(*runtime) + "/systemd/private") ||
      !os::FindProgram("systemd-run", environment.entries())) {
    return {};
  }
  return {"systemd-run", "--user", "--scope", "--quiet", "--collect", "--"};
}

}  // namespace service
