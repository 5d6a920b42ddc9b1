#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "odu/plan/hosts_file.h"
#include "os/environment.h"
#include "provision/agent_spec.h"
#include "provision/host_facts.h"

namespace odu::command {

/// What one look at a host came to.
struct HostCheck {
  plan::HostEntry entry;
  bool local = false;
  std::optional<provision::HostFacts> facts;  ///< empty on this machine, and where nobody answered
  std::string provisioner;                    ///< how the runner would get there: "copy", "nix"
  bool runner_there = false;
  bool just_there = false;
  std::optional<base::Error> problem;  ///< why no lane can run there
  bool usable() const { return !problem.has_value(); }
};

/// How a look at a host is done.
struct HostLook {
  os::Environment environment;  ///< for ssh and pipes
  std::string state_dir;        ///< ssh's control sockets go below it
  double time_scale = 1.0;
  std::function<provision::AgentSpec(const plan::HostEntry&)> agent_for;
};

struct Looked {
  std::vector<HostCheck> checks;
  bool interrupted = false;  ///< SIGINT, SIGTERM or SIGHUP came first
};

/// `odu hosts --check`: looks at all hosts at once; changes nothing there. Each host gets one
/// attempt, so a slow one delays nobody and a dead one is told after a bound. A signal ends it, and
/// what it has started, early.
Looked CheckHosts(const plan::Hosts& hosts, const HostLook& look);

/// For people: a line a host, and below it what to do about one that is not usable.
std::string CheckText(const plan::Hosts& hosts, const std::vector<HostCheck>& checks);
/// `{"path","hosts":[{"platform","host" or "command","usable","error","system","cpus","load",
/// "free_bytes","provisioner","runner_there","just","git","nix","dir"}]}`
std::string CheckJson(const plan::Hosts& hosts, const std::vector<HostCheck>& checks);

struct CheckedText {
  std::string text;
  bool all_usable = false;
};
/// The whole command: looks, and says what it saw. Fails when there is no place for our own state;
/// kCancelled "interrupted".
base::Result<CheckedText> CheckedHosts(
    const plan::Hosts& hosts, const os::Environment& environment,
    std::function<provision::AgentSpec(const plan::HostEntry&)> agent_for, bool as_json);

}  // namespace odu::command
