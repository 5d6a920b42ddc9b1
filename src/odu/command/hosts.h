#pragma once

#include <string>

#include "base/error.h"
#include "odu/plan/hosts_file.h"
#include "os/environment.h"

namespace odu::command {

/// The hosts file in force. kInput "no_hosts" when there is none, with both ways to opt in; else
/// the failures of plan::LoadHosts.
base::Result<plan::Hosts> ConfiguredHosts(const os::Environment& environment,
                                          const std::string& cwd);

/// `odu hosts`: the file, then a line for each platform: its host, and what is not as usual.
std::string HostsText(const plan::Hosts& hosts);

/// `odu hosts -o json`: `{"path","hosts":[{"platform","host" or "command","provision","jobs",
/// "enter","pass_env","durable"}]}`; jobs 0 is as many as the host has processors, durable null is
/// as usual for its kind.
std::string HostsJson(const plan::Hosts& hosts);

/// The path of the hosts file in force; empty when there is none, or when it cannot be read.
std::string HostsFile(const os::Environment& environment, const std::string& cwd);

/// `odu hosts --init`: writes a hosts file that runs this machine's platform on this machine, and
/// says where. Never replaces one: kRefused "hosts_exist".
base::Result<std::string> InitHosts(const os::Environment& environment, bool as_json);

}  // namespace odu::command
