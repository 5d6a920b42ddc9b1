#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace provision {

/// Where a host is: a name for the system's ssh, or a command whose stdin and stdout reach a shell
/// there. A value; one that exists is safe to put into an argument list.
class HostAddress {
 public:
  /// `[user@]name` as ssh takes it (aliases of ~/.ssh/config, IPv6, ssh:// URLs). Refused, kInput
  /// "bad_host": empty, over 255 bytes, a leading '-' (also after the '@'), blanks, control bytes
  /// or bytes that a shell takes for its own.
  static base::Result<HostAddress> Ssh(std::string_view name);

  /// A byte pipe: `sh -s` is appended to `argv`. kInput "bad_host" when the program is missing or a
  /// word holds a NUL.
  static base::Result<HostAddress> Pipe(std::vector<std::string> argv);

  bool is_ssh() const { return command_.empty(); }
  /// The name as ssh gets it; empty for a pipe.
  const std::string& name() const { return name_; }
  /// The command of a pipe; empty for ssh.
  const std::vector<std::string>& command() const { return command_; }

  /// For people: `me@pi.local`, `kubectl exec -i ci-0 --`.
  std::string Shown() const;

  bool operator==(const HostAddress&) const = default;

 private:
  std::string name_;
  std::vector<std::string> command_;
};

}  // namespace provision
