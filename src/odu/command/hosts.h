#pragma once

#include <string>

#include "base/error.h"
#include "os/environment.h"

namespace odu::command {

/// `odu hosts`: the hosts file in force as a table, or as JSON
/// `{"path","hosts":[{"platform","host",…}]}`. kInput "no_hosts" when there is none, with both ways
/// to opt in.
base::Result<std::string> ShowHosts(const os::Environment& environment, const std::string& cwd,
                                    bool as_json);

/// The path of the hosts file in force; empty when there is none, or when it cannot be read.
std::string HostsFile(const os::Environment& environment, const std::string& cwd);

/// `odu hosts --init`: writes a hosts file that runs this machine's platform on this machine, and
/// says where. Never replaces one: kRefused "hosts_exist".
base::Result<std::string> InitHosts(const os::Environment& environment, bool as_json);

}  // namespace odu::command
