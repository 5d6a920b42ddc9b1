#pragma once

#include <signal.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <tuple>

#include "async/task_group.h"
#include "os/append_file.h"
#include "os/file_system.h"
#include "os/signals.h"
#include "service/detach.h"
#include "service/door.h"
#include "service/ensure.h"
#include "service/gate.h"
#include "support/loop.h"
#include "support/temp_dir.h"
#include "surface/cell.h"
#include "surface/server.h"

/// A real service for the tests: this very test program, run as the "test"
/// ServiceProgram.DISABLED_Run with its folder and its manners in the environment.
namespace service {

struct TinyState {
  int64_t epoch = 0;
  bool busy = false;
  std::string home;
};
BOOST_DESCRIBE_STRUCT(TinyState, (), (epoch, busy, home))

struct Tiny {
  static constexpr std::string_view kName = "tiny";
  static constexpr int kMajor = 1;
  static constexpr int kMinor = 0;
  static constexpr surface::Cell<TinyState> kState{"state"};
  static constexpr auto Members() { return std::tuple{kState}; }
};

inline std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// What the service does until it is asked to stop. Returns its exit code.
inline int RunService(os::ReadinessReport& report) {
  const std::string folder = Variable("TINY_FOLDER");
  const auto gate = Gate::Enter(folder);
  if (!gate) {
    report.Ready("somebody serves already");
    return 0;
  }
  os::IgnoreBrokenPipes();
  boost::asio::io_context context(1);
  async::SystemClock clock;
  surface::ContractDescription description = surface::DescribeSurface<Tiny>();
  if (Variable("TINY_MODE").starts_with("old")) {
    description.contract.major = 0;
  }
  surface::Server server(context.get_executor(), description, "1.2.3");
  surface::CellSource<TinyState> state;
  TinyState value;
  value.epoch = static_cast<int64_t>(gate->epoch());
  value.busy = Variable("TINY_MODE") == "old and busy";
  value.home = Variable("HOME");
  state.Set(value);
  server.Bind(Tiny::kState, state);
  DoorOptions options;
  options.path = Variable("TINY_SOCKET");
  Door door(context.get_executor(), clock, server, options);
  if (auto opened = door.Open(); !opened) {
    report.Failed(opened.error());
    return 3;
  }
  auto starts = os::AppendFile::Open(folder + "/starts");
  (void)starts->Append("started\n");
  server.OnStop([&](const surface::Caller&) { door.Close("asked to stop"); });
  os::SignalSource signals(context.get_executor(), {SIGTERM});
  async::TaskGroup tasks(context.get_executor());
  tasks.Spawn("signals", [&]() -> boost::asio::awaitable<void> {
    const auto signal = co_await signals.Next();
    if (signal) {
      door.Close("signal");
    }
  });
  tasks.Spawn("door", [&]() -> boost::asio::awaitable<void> {
    co_await door.Serve();
    tasks.Kill();
  });
  report.Ready();
  context.run();
  return 0;
}

/// The start program: 0 when the service serves.
inline int RunStartProgram() {
  if (Variable("TINY_MODE") == "fails") {
    std::fputs("test_service: the disk is on fire\n  call the fire brigade\n", stderr);
    return 3;
  }
  if (Variable("TINY_MODE") == "dies") {
    return 0;
  }
  auto started = Detach(Variable("TINY_FOLDER") + "/log");
  if (!started) {
    std::fprintf(stderr, "test_service: %s\n  %s\n", started.error().message().c_str(),
                 started.error().hint().c_str());
    return started.error().ExitCode();
  }
  return started->is_daemon ? RunService(started->report) : 0;
}

/// A place for such a service, and a loop to reach it from. Ends the service with the test.
class ServiceTest : public testing::Test {
 protected:
  ServiceTest() {
    os::IgnoreBrokenPipes();
    place_.what = "tiny service";
    place_.socket = dir_ / "door/sock";
    place_.folder = dir_ / "state";
    place_.contract = surface::IdOf<Tiny>();
    place_.client_name = "test";
    place_.build = "9.9.9";
    place_.start = {os::RealPath("/proc/self/exe").value(),
                    "--gtest_filter=ServiceProgram.DISABLED_Run", "--gtest_also_run_disabled_tests",
                    "--gtest_brief=1"};
    SetMode("");
  }
  ~ServiceTest() override {
    const auto owner = OwnerOf(place_.folder);
    if (owner && owner->process) {
      os::SendSignal(*owner->process, SIGKILL);
    }
  }

  void SetMode(const std::string& mode) {
    // Nothing but this and HOME and PATH: a service comes up under `env -i`.
    place_.environment =
        os::Environment({"HOME=/home/me", "PATH=/usr/bin:/bin", "TINY_FOLDER=" + place_.folder,
                         "TINY_SOCKET=" + place_.socket, "TINY_MODE=" + mode});
  }
  base::Result<std::unique_ptr<surface::Client>> Ensured() {
    return loop_.Run(Ensure(loop_.executor(), clock_, reaper_, place_));
  }
  base::Result<std::unique_ptr<surface::Client>> Dialled() {
    return loop_.Run(Dial(loop_.executor(), clock_, place_));
  }
  os::ProcessIdentity OwnerProcess() { return OwnerOf(place_.folder)->process.value(); }
  /// How many services came to own the place.
  size_t Starts() {
    const auto text = os::ReadFile(place_.folder + "/starts", 1 << 20);
    return text ? static_cast<size_t>(std::ranges::count(*text, '\n')) : 0;
  }
  /// For what the kernel does in its own time (a lock freed, a process stopped) and tells nobody.
  void WaitUntil(const std::function<bool()>& holds) { loop_.Run(Watch(clock_, holds)); }
  void WaitUntilUnowned() {
    WaitUntil([this] { return !OwnerOf(place_.folder)->held; });
  }
  static boost::asio::awaitable<void> Watch(async::Clock& clock,
                                            const std::function<bool()>& holds) {
    while (!holds()) {
      co_await clock.Sleep(std::chrono::milliseconds(1));
    }
  }

  support::TempDir dir_;
  support::Loop loop_;
  async::SystemClock clock_;
  os::Reaper reaper_{loop_.executor()};
  ServicePlace place_;
};

}  // namespace service
