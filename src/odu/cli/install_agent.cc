#include "odu/cli/install_agent.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "base/text.h"
#include "odu/agent/host_config.h"
#include "odu/command/checkout.h"
#include "os/fd.h"
#include "os/file_system.h"
#include "os/terminal.h"

namespace odu::cli {
namespace {

constexpr size_t kMostBytes = size_t{1} << 20;

base::Result<std::string> PathOf(const Caller& caller, const agent::AgentHost& host) {
  if (host.in_home) {
    const auto home = caller.environment.Get("HOME");
    if (!home || !home->starts_with('/')) {
      return base::Fail(base::ErrorKind::kInput, "no_home", "HOME is not set");
    }
    return std::string(*home) + "/" + std::string(host.file);
  }
  const auto checkout = command::FindCheckout(caller.cwd, caller.environment);
  if (!checkout) {
    return base::Pass(checkout.error());
  }
  return checkout->toplevel + "/" + std::string(host.file);
}

/// Reads one line from the terminal.
bool SaysYes() {
  std::string answer(64, '\0');
  const auto count = os::ReadSome(STDIN_FILENO, answer);
  return count && *count > 0 && (answer[0] == 'y' || answer[0] == 'Y');
}

}  // namespace

Exit InstallAgent(const Caller& caller) {
  const auto host = agent::FindAgentHost(caller.invocation.Value("--install"));
  if (!host) {
    return base::Pass(host.error());
  }
  const auto path = PathOf(caller, *host);
  if (!path) {
    return base::Pass(path.error());
  }
  std::string before;
  if (os::Exists(*path)) {
    auto text = os::ReadFile(*path, kMostBytes);
    if (!text) {
      return base::Pass(text.error());
    }
    before = std::move(*text);
  }
  const auto after = agent::WithOdu(*host, before);
  if (!after) {
    return base::Pass(after.error());
  }
  if (*after == before) {
    caller.console.Out(fmt::format("{} knows odu already: {}\n", host->title, *path));
    return 0;
  }
  caller.console.Out(
      fmt::format("{}\n{}", *path, base::Sanitised(agent::DiffText(before, *after), false)));
  if (!caller.invocation.Has("--yes")) {
    if (!os::IsTerminal(STDIN_FILENO)) {
      return base::Fail(base::ErrorKind::kRefused, "not_confirmed",
                        "nobody is there to say yes; nothing was written",
                        "with --yes it is written without asking");
    }
    caller.console.Err("write this? [y/N] ");
    if (!SaysYes()) {
      return base::Fail(base::ErrorKind::kRefused, "not_confirmed", "nothing was written");
    }
  }
  if (auto made = os::MakeDirs(std::filesystem::path(*path).parent_path(), 0755); !made) {
    return base::Pass(made.error());
  }
  os::WriteOptions options;
  options.mode = host->in_home ? 0600 : 0644;
  if (auto written = os::WriteFileAtomic(*path, *after, options); !written) {
    return base::Pass(written.error());
  }
  caller.console.Out(fmt::format("wrote {}\n", *path));
  return 0;
}

}  // namespace odu::cli
