// counter_client SOCKET COMMAND, or counter_client --spawn SERVER COMMAND over its stdio.
//   add N · watch N (until the counter is N) · log BYTES (its first BYTES bytes) · hello · stop
#include "surface/client.h"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <charconv>
#include <cstdio>
#include <span>

#include "async/notifier.h"
#include "async/task_group.h"
#include "counter/counter_surface.h"
#include "os/child.h"
#include "os/environment.h"
#include "os/signals.h"
#include "os/unix_socket.h"
#include "transport/descriptor_link.h"
#include "transport/stdio_link.h"

namespace counter {
namespace {

namespace asio = boost::asio;
using LinkResult = base::Result<std::unique_ptr<surface::Link>>;
using surface::Client;

struct Arguments {
  std::string socket;
  std::string server;  ///< to spawn; empty: dial the socket
  std::string command;
  int64_t number = 0;
};

asio::awaitable<LinkResult> SpawnServer(asio::any_io_executor executor, std::string server) {
  auto there = os::MakePipe();
  auto back = os::MakePipe();
  if (!there || !back) {
    co_return base::Fail(base::ErrorKind::kHost, "io", "no pipes");
  }
  const std::vector<std::string> argv{std::move(server), "--stdio"};
  const os::Environment environment = os::Environment::Current();
  os::SpawnSpec spec;
  spec.argv = argv;
  spec.environment = environment.entries();
  spec.stdin_fd = there->read_end.get();
  spec.stdout_fd = back->write_end.get();
  spec.stderr_fd = os::kInherit;
  auto child = os::Spawn(spec);
  if (!child) {
    co_return base::Pass(child.error());
  }
  there->read_end.Reset();
  back->write_end.Reset();
  auto stdio = co_await transport::AwaitSentinel(executor, std::move(back->read_end),
                                                 std::move(there->write_end));
  if (!stdio) {
    co_return base::Pass(stdio.error());
  }
  co_return std::move(stdio->link);
}

asio::awaitable<LinkResult> Dial(asio::any_io_executor executor, Arguments arguments) {
  if (!arguments.server.empty()) {
    auto spawned = co_await SpawnServer(executor, arguments.server);
    co_return spawned;
  }
  auto socket = os::ConnectTo(arguments.socket);
  if (!socket) {
    co_return base::Pass(socket.error());
  }
  co_return transport::MakeUnixLink(executor, std::move(*socket));
}

std::string Words(const State& state) {
#if COUNTER_MINOR >= 1
  return fmt::format("{} by '{}' after {}", state.value, state.raised_by, state.raises);
#else
  return fmt::format("{} by '{}'", state.value, state.raised_by);
#endif
}

asio::awaitable<base::Result<void>> Command(Client& client, Arguments arguments) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  async::Notifier done(executor);
  if (arguments.command == "add") {
    AddRequest request{arguments.number};
    const auto state = co_await client.Call(Counter::add, std::move(request));
    if (!state) {
      co_return base::Pass(state.error());
    }
    fmt::print("{}\n", Words(*state));
  } else if (arguments.command == "watch") {
    std::function<void(const State&)> on_value = [&](const State& state) {
      fmt::print("{}\n", Words(state));
      std::fflush(stdout);
      if (state.value >= arguments.number) {
        done.Notify();
      }
    };
    client.Subscribe(Counter::state, std::move(on_value),
                     [&](const base::Error&) { done.Notify(); });
    co_await done.Wait();
  } else if (arguments.command == "log") {
    auto rest = static_cast<size_t>(arguments.number);
    surface::StreamHandler handler;
    handler.on_bytes = [&](uint64_t, std::string_view bytes) {
      bytes = bytes.substr(0, rest);
      rest -= bytes.size();
      fmt::print("{}", bytes);
      if (rest == 0) {
        done.Notify();
      }
    };
    handler.on_end = [&](const base::Result<uint64_t>&) { done.Notify(); };
    client.Subscribe(Counter::log, LogInput{}, std::move(handler));
    co_await done.Wait();
  } else if (arguments.command == "hello") {
    const surface::ContractId& theirs = client.hello().contract;
    const auto description = co_await client.CallRaw("surface.describe", "{}");
    if (!description) {
      co_return base::Pass(description.error());
    }
    fmt::print("{} {}.{}, {} members\n", theirs.name, theirs.major, theirs.minor,
               description->at("members").as_array().size());
  } else {
    const auto stopped = co_await client.Stop();
    if (!stopped) {
      co_return base::Pass(stopped.error());
    }
    const base::Error why = co_await client.Closed();
    fmt::print("{}\n", why.message());
  }
  co_return base::Result<void>();
}

asio::awaitable<base::Result<void>> Talk(Arguments arguments) {
  const auto executor = co_await asio::this_coro::executor;
  auto link = co_await Dial(executor, arguments);
  if (!link) {
    co_return base::Pass(link.error());
  }
  // hello and stop are served by every build, whatever its contract.
  const bool control = arguments.command == "hello" || arguments.command == "stop";
  const surface::ContractId wanted = control ? surface::ContractId() : surface::IdOf<Counter>();
  auto client = co_await Client::ConnectRaw(executor, std::move(*link), wanted, "counter_client");
  if (!client) {
    co_return base::Pass(client.error());
  }
  auto result = co_await Command(**client, arguments);
  co_return result;
}

int Main(std::span<char*> words) {
  os::IgnoreBrokenPipes();
  Arguments arguments;
  if (!words.empty() && std::string_view(words[0]) == "--spawn") {
    words = words.subspan(1);
    arguments.server = words.empty() ? "" : words[0];
  } else if (!words.empty()) {
    arguments.socket = words[0];
  }
  if (words.size() < 2) {
    fmt::print(stderr, "usage: counter_client SOCKET|--spawn SERVER COMMAND [NUMBER]\n");
    return 2;
  }
  arguments.command = words[1];
  if (words.size() > 2) {
    const std::string_view number = words[2];
    std::from_chars(number.data(), number.data() + number.size(), arguments.number);
  }
  asio::io_context loop(1);
  base::Result<void> result;
  async::TaskGroup tasks(loop.get_executor());
  tasks.Spawn("talk", [&]() -> asio::awaitable<void> { result = co_await Talk(arguments); });
  loop.run();
  if (!result) {
    fmt::print(stderr, "counter_client: {}\n", result.error().message());
    return result.error().ExitCode();
  }
  return 0;
}

}  // namespace
}  // namespace counter

int main(int argc, char** argv) {
  return counter::Main(std::span(argv, static_cast<size_t>(argc)).subspan(1));
}
