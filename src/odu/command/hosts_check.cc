#include "odu/command/hosts_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <utility>

#include "async/deadline.h"
#include "async/task_group.h"
#include "base/json.h"
#include "base/text.h"
#include "odu/model/host_system.h"
#include "odu/model/ids.h"
#include "os/signals.h"
#include "provision/host_session.h"
#include "service/home.h"

namespace odu::command {
namespace {

using boost::asio::awaitable;

/// A host that says nothing for so long is told as not answering.
constexpr async::Duration kLookBound = std::chrono::seconds(60);

std::string WayIn(const plan::HostEntry& entry) {
  const std::string text =
      entry.command.empty() ? entry.address : fmt::format("{}", fmt::join(entry.command, " "));
  return base::Sanitised(text, false);
}

std::string Gigabytes(uint64_t bytes) {
  return fmt::format("{:.1f} GB", static_cast<double>(bytes) / 1e9);
}

/// What a lane would find there, and what is missing for one.
void Judge(HostCheck& check, const provision::AgentSpec& agent) {
  const provision::HostFacts& facts = *check.facts;
  const auto served = model::CheckSystem(WayIn(check.entry), facts.system, check.entry.platform);
  if (!served) {
    check.problem = served.error();
    return;
  }
  const bool nix =
      agent.provision != provision::ProvisionWay::kCopy && agent.nix && !facts.nix.empty();
  check.provisioner = nix ? "nix" : "copy";
  check.runner_there = !facts.agent.empty();
  check.just_there = !facts.just.empty() || facts.companions.contains("just");
  if (agent.provision == provision::ProvisionWay::kNix && !nix) {
    check.problem = base::Error(base::ErrorKind::kHost, "host_unfit",
                                agent.nix ? "there is no nix on it" : "no flake is known",
                                agent.nix ? "install nix there, or say \"provision\": \"copy\""
                                          : "name one in ODU_RUNNER_FLAKE");
  } else if (!nix && !check.runner_there) {
    if (const auto program = agent.file_for(facts.system); !program) {
      check.problem = program.error();
    }
  }
  if (!check.problem && facts.git.empty() && facts.tar.empty()) {
    check.problem = base::Error(base::ErrorKind::kHost, "host_unfit",
                                "it has neither git nor tar, so it can have no source",
                                "install one of them there");
  }
}

awaitable<void> LookAt(provision::HostWorld& world, const HostLook& look, HostCheck& check) {
  provision::AgentSpec agent = look.agent_for(check.entry);
  auto address = check.entry.command.empty() ? provision::HostAddress::Ssh(check.entry.address)
                                             : provision::HostAddress::Pipe(check.entry.command);
  if (!address) {
    check.problem = address.error();
    co_return;
  }
  provision::SessionOptions options;
  options.time_scale = look.time_scale;
  provision::HostSession session(world, std::move(*address), agent, std::move(options), {});
  auto facts =
      co_await async::WithDeadline(world.clock, kLookBound, session.Probe(), WayIn(check.entry));
  if (!facts) {
    check.problem = facts.error();
    co_return;
  }
  check.facts = std::move(*facts);
  Judge(check, agent);
}

std::string Ready(const HostCheck& check) {
  if (check.local) {
    return "ready: this machine";
  }
  const provision::HostFacts& facts = *check.facts;
  std::string text = "ready: " + facts.system;
  if (facts.cpus > 0) {
    text += fmt::format(", {}, load {:.1f}",
                        base::Counted(static_cast<size_t>(facts.cpus), "processor"), facts.load);
  }
  if (facts.free_bytes > 0) {
    text += ", " + Gigabytes(facts.free_bytes) + " free";
  }
  text += check.runner_there ? "; the runner is there"
                             : "; the runner would go there by " + check.provisioner;
  text += facts.just.empty() ? "; just would be sent" : "; " + facts.just;
  text += facts.git.empty() ? "; no git: the tree would come as an archive" : "; " + facts.git;
  return base::Sanitised(text, false);
}

}  // namespace

Looked CheckHosts(const plan::Hosts& hosts, const HostLook& look) {
  os::IgnoreBrokenPipes();
  Looked looked;
  std::vector<HostCheck>& checks = looked.checks;
  for (const plan::HostEntry& entry : hosts.entries) {
    HostCheck check;
    check.entry = entry;
    check.local = plan::IsLocalhost(entry.address);
    const auto served = model::CheckSystem(entry.address, model::ThisPlatform(), entry.platform);
    if (check.local && !served) {
      check.problem = served.error();
    }
    checks.push_back(std::move(check));
  }
  boost::asio::io_context context(1);
  async::SystemClock clock;
  os::Reaper reaper(context.get_executor());
  async::Worker worker;
  provision::HostWorld world{
      context.get_executor(), clock, reaper, worker, look.state_dir, [&look] {
        return look.environment.entries();
      }};
  async::TaskGroup root(context.get_executor());
  root.Spawn("look at hosts", [&]() -> awaitable<void> {
    os::SignalSource signals(context.get_executor(), {SIGINT, SIGTERM, SIGHUP});
    async::TaskGroup looks(context.get_executor());
    for (HostCheck& check : checks) {
      if (!check.local) {
        looks.Spawn("look at host", [&] { return LookAt(world, look, check); });
      }
    }
    // What was started to look (ssh) ends with its coroutine, and must not outlive this process.
    async::TaskGroup listening(context.get_executor());
    listening.Spawn("listen to signals", [&]() -> awaitable<void> {
      const auto signal = co_await signals.Next();
      if (signal) {
        looked.interrupted = true;
        looks.Kill();
      }
    });
    co_await looks.Join();
    listening.Kill();
    co_await listening.Join();
    context.stop();
  });
  context.run();
  return looked;
}

base::Result<CheckedText> CheckedHosts(
    const plan::Hosts& hosts, const os::Environment& environment,
    std::function<provision::AgentSpec(const plan::HostEntry&)> agent_for, bool as_json) {
  const auto home = service::FindHome({"odu", "ODU_STATE_DIR", "ODU_CACHE_DIR"}, environment);
  if (!home) {
    return base::Pass(home.error());
  }
  if (auto made = service::MakeOwnDir(home->state); !made) {
    return base::Pass(made.error());
  }
  HostLook look;
  look.environment = environment;
  look.state_dir = home->state;
  look.agent_for = std::move(agent_for);
  const auto [checks, interrupted] = CheckHosts(hosts, look);
  if (interrupted) {
    return base::Fail(base::ErrorKind::kCancelled, "interrupted", "interrupted",
                      "nothing was changed on any host");
  }
  CheckedText told;
  told.text = as_json ? CheckJson(hosts, checks) : CheckText(hosts, checks);
  told.all_usable = std::ranges::all_of(checks, &HostCheck::usable);
  return told;
}

std::string CheckText(const plan::Hosts& hosts, const std::vector<HostCheck>& checks) {
  size_t platform_columns = 0;
  size_t host_columns = 0;
  for (const HostCheck& check : checks) {
    platform_columns = std::max(platform_columns, check.entry.platform.size());
    host_columns = std::max(host_columns, WayIn(check.entry).size());
  }
  std::string text = base::Sanitised(hosts.path, false) + "\n";
  for (const HostCheck& check : checks) {
    const std::string told =
        check.usable() ? Ready(check)
                       : "not usable: " + base::Sanitised(check.problem->message(), false);
    text += fmt::format("  {:<{}}  {:<{}}  {}\n", check.entry.platform, platform_columns,
                        WayIn(check.entry), host_columns, told);
    if (!check.usable() && !check.problem->hint().empty()) {
      text += fmt::format("  {:<{}}  {}\n", "", platform_columns + host_columns + 2,
                          base::Sanitised(check.problem->hint(), false));
    }
  }
  return text;
}

std::string CheckJson(const plan::Hosts& hosts, const std::vector<HostCheck>& checks) {
  base::json::array all;
  for (const HostCheck& check : checks) {
    base::json::object object{{"platform", check.entry.platform}};
    if (check.entry.command.empty()) {
      object["host"] = check.entry.address;
    } else {
      object["command"] = base::json::array(check.entry.command.begin(), check.entry.command.end());
    }
    object["usable"] = check.usable();
    object["error"] = nullptr;
    if (check.problem) {
      object["error"] = base::json::object{{"code", check.problem->code()},
                                           {"message", check.problem->message()},
                                           {"hint", check.problem->hint()}};
    }
    if (check.facts) {
      const provision::HostFacts& facts = *check.facts;
      object["system"] = facts.system;
      object["dir"] = facts.dir;
      object["cpus"] = facts.cpus;
      object["load"] = facts.load;
      object["free_bytes"] = facts.free_bytes;
      object["provisioner"] = check.provisioner;
      object["runner_there"] = check.runner_there;
      object["just"] = facts.just;
      object["git"] = facts.git;
      object["nix"] = facts.nix;
    }
    all.push_back(std::move(object));
  }
  const base::json::object root{{"path", hosts.path}, {"hosts", std::move(all)}};
  return base::json::serialize(root) + "\n";
}

}  // namespace odu::command
