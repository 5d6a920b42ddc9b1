#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace provision {

/// What is known of a host that answered. All of it came from there and was validated.
struct HostFacts {
  std::string system;  ///< a Nix system, "x86_64-linux"
  std::string user;
  std::string home;  ///< absolute
  /// Our folder there, absolute and free of symlinks: ours, 0700, writable, programs run in it.
  std::string dir;
  /// The agent's absolute path; empty while it is not there (after Probe()).
  std::string agent;
  std::string agent_sha256;  ///< empty where nobody can have changed it (a Nix store)
  std::map<std::string, std::string> companions;  ///< name -> absolute path
  /// Versions as the tools say them, empty where there is none.
  std::string just;
  std::string git;
  std::string nix;
  std::string tar;
  uint64_t free_bytes = 0;         ///< in `dir`; 0 when unknown
  double load = 0;                 ///< of the last minute; 0 when unknown
  int32_t cpus = 0;                ///< 0 when unknown
  std::string shell;               ///< the user's login shell, absolute
  bool login_environment = false;  ///< that shell gives its environment to what we start
  std::string provisioner;         ///< "copy", "nix"; empty before one was used
  bool operator==(const HostFacts&) const = default;
};

}  // namespace provision
