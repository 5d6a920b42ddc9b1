#include "odu/cli/mcp.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "async/clock.h"
#include "async/task_group.h"
#include "mcp/http.h"
#include "mcp/random_id.h"
#include "mcp/stdio.h"
#include "odu/agent/agent_server.h"
#include "odu/agent/guidance.h"
#include "odu/cli/install_agent.h"
#include "odu/command/checkout.h"
#include "os/file_system.h"
#include "os/signals.h"
#include "service/home.h"

namespace odu::cli {
namespace {

using boost::asio::awaitable;

constexpr uint16_t kDefaultPort = 18441;

awaitable<void> UntilSignalled(os::SignalSource* signals) {
  static_cast<void>(co_await signals->Next());
}

/// A copy of a descriptor that stays open itself.
base::Result<os::Fd> CopyOf(int fd) {
  os::Fd borrowed(fd);
  auto copy = borrowed.Duplicate();
  borrowed.Release();
  return copy;
}

/// stdin and stdout become the wire; what anything else prints goes to stderr.
base::Result<std::pair<os::Fd, os::Fd>> TakeStandardStreams() {
  auto in = CopyOf(STDIN_FILENO);
  auto out = CopyOf(STDOUT_FILENO);
  if (!in || !out) {
    return base::Pass(in ? out.error() : in.error());
  }
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  return std::pair(std::move(*in), std::move(*out));
}

awaitable<Exit> ServeOverStdio(mcp::Server& server, os::SignalSource& signals) {
  auto streams = TakeStandardStreams();
  if (!streams) {
    co_return base::Pass(streams.error());
  }
  std::move_only_function<awaitable<void>()> until = [&signals] {
    return UntilSignalled(&signals);
  };
  const auto served = co_await mcp::ServeStdio(server, std::move(streams->first),
                                               std::move(streams->second), std::move(until));
  // Nobody is left to hear that nobody reads.
  const bool well = served.has_value() || served.error().code() == "closed";
  co_return well ? Exit(0) : Exit(base::Pass(served.error()));
}

awaitable<Exit> ServeOverHttp(mcp::Server& server, os::SignalSource& signals, uint16_t port,
                              std::string token) {
  mcp::HttpOptions options;
  options.port = port;
  options.token = std::move(token);
  const auto listening = mcp::HttpServer::Listen(server, std::move(options));
  if (!listening) {
    co_return base::Pass(listening.error());
  }
  const std::string place =
      fmt::format("{{\"url\":\"http://127.0.0.1:{}/mcp\"}}\n", (*listening)->port());
  if (auto said = os::WriteAll(STDOUT_FILENO, place); !said) {
    co_return base::Pass(said.error());
  }
  std::move_only_function<awaitable<void>()> until = [&signals] {
    return UntilSignalled(&signals);
  };
  co_await (*listening)->Serve(std::move(until));
  co_return 0;
}

base::Result<std::vector<std::string>> AllowedFolders(const Caller& caller) {
  std::vector<std::string> allowed;
  for (const std::string& folder : caller.invocation.Values("--allow")) {
    auto real = os::RealPath(folder.starts_with('/') ? folder : caller.cwd + "/" + folder);
    if (!real) {
      return base::Pass(real.error());
    }
    allowed.push_back(std::move(*real));
  }
  return allowed;
}

/// $ODU_MCP_TOKEN, else what `<state>/mcp_token` holds, which is made at the first time.
base::Result<std::string> HttpToken(const Caller& caller) {
  if (const auto given = caller.environment.Get("ODU_MCP_TOKEN"); given && !given->empty()) {
    return std::string(*given);
  }
  const auto home = command::OduHome(caller.environment);
  if (!home) {
    return base::Pass(home.error());
  }
  if (auto made = service::MakeOwnDir(home->state); !made) {
    return base::Pass(made.error());
  }
  const std::string path = home->state + "/mcp_token";
  if (const auto kept = os::ReadFile(path, 4096)) {
    const std::string word = kept->substr(0, kept->find_first_of(" \t\r\n"));
    if (!word.empty()) {
      return word;
    }
  }
  const std::string token = mcp::RandomId();
  if (auto written = os::WriteFileAtomic(path, token + "\n"); !written) {
    return base::Pass(written.error());
  }
  caller.console.Err(fmt::format("odu: mcp: the token is in '{}'\n", path));
  return token;
}

}  // namespace

Exit Mcp(const Caller& caller, PlaceOf place_of, int32_t umask, const std::string& version) {
  const face::Invocation& given = caller.invocation;
  if (given.Has("--install")) {
    return InstallAgent(caller);
  }
  const auto port = given.Number("--port", 0, 65535);
  if (!port) {
    return base::Pass(port.error());
  }
  const auto allowed = AllowedFolders(caller);
  if (!allowed) {
    return base::Pass(allowed.error());
  }
  const bool over_http = given.Has("--http");
  std::string token;
  if (over_http) {
    auto found = HttpToken(caller);
    if (!found) {
      return base::Pass(found.error());
    }
    token = std::move(*found);
  }
  boost::asio::io_context loop(1);
  async::SystemClock clock;
  os::Reaper reaper(loop.get_executor());
  os::SignalSource signals(loop.get_executor(), {SIGINT, SIGTERM, SIGHUP});
  AgentStore store(caller.environment, std::move(place_of));
  agent::World world{loop.get_executor(), clock, reaper,   store,
                     caller.environment,  umask, getpid(), over_http};
  Exit exit = base::Fail(base::ErrorKind::kBug, "bug", "the server came to no end");
  {
    agent::AgentServer agents(world, version, caller.cwd, *allowed);
    async::TaskGroup tasks(loop.get_executor());
    tasks.Spawn("serve", [&]() -> awaitable<void> {
      if (over_http) {
        const auto number = static_cast<uint16_t>(port->value_or(kDefaultPort));
        exit = co_await ServeOverHttp(agents.server(), signals, number, token);
      } else {
        exit = co_await ServeOverStdio(agents.server(), signals);
      }
      co_await agents.Close();
      loop.stop();
    });
    loop.run();
  }
  return exit;
}

Exit Skill(const Caller& caller) {
  caller.console.Out(agent::Skill());
  return 0;
}

}  // namespace odu::cli
