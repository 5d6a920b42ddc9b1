#include "odu/cli/mcp.h"

#include <signal.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "async/clock.h"
#include "async/task_group.h"
#include "mcp/stdio.h"
#include "odu/agent/agent_server.h"
#include "odu/agent/guidance.h"
#include "os/file_system.h"
#include "os/signals.h"

namespace odu::cli {
namespace {

using boost::asio::awaitable;

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

}  // namespace

Exit Mcp(const Caller& caller, PlaceOf place_of, int32_t umask, const std::string& version) {
  std::vector<std::string> allowed;
  for (const std::string& folder : caller.invocation.Values("--allow")) {
    auto real = os::RealPath(folder.starts_with('/') ? folder : caller.cwd + "/" + folder);
    if (!real) {
      return base::Pass(real.error());
    }
    allowed.push_back(std::move(*real));
  }
  auto streams = TakeStandardStreams();
  if (!streams) {
    return base::Pass(streams.error());
  }
  boost::asio::io_context loop(1);
  async::SystemClock clock;
  os::Reaper reaper(loop.get_executor());
  os::SignalSource signals(loop.get_executor(), {SIGINT, SIGTERM, SIGHUP});
  AgentStore store(caller.environment, std::move(place_of));
  agent::World world{loop.get_executor(), clock, reaper,  store,
                     caller.environment,  umask, getpid()};
  std::optional<Exit> exit;
  {
    agent::AgentServer agents(world, version, caller.cwd, std::move(allowed));
    async::TaskGroup tasks(loop.get_executor());
    tasks.Spawn("serve", [&]() -> awaitable<void> {
      const auto served = co_await mcp::ServeStdio(agents.server(), std::move(streams->first),
                                                   std::move(streams->second),
                                                   [&signals] { return UntilSignalled(&signals); });
      co_await agents.Close();
      // Nobody is left to hear of an error.
      exit = served.has_value() || served.error().code() == "closed" ? Exit(0)
                                                                     : base::Pass(served.error());
      loop.stop();
    });
    loop.run();
  }
  return exit.value_or(base::Fail(base::ErrorKind::kBug, "bug", "the server came to no end"));
}

Exit Skill(const Caller& caller) {
  caller.console.Out(agent::Skill());
  return 0;
}

}  // namespace odu::cli
