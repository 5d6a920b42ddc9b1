#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

/// Which machine runs which platform (contract.md section 3, "Hosts file"):
///
///   {"x86_64-linux": "localhost",
///    "aarch64-darwin": {"host": "mac-1", "jobs": 4, "enter": ["nix", "develop", "-c"]}}
namespace odu::plan {

/// One platform's machine.
struct HostEntry {
  std::string platform;
  /// An ssh name or `localhost`; empty when `command` is the way in.
  std::string address;
  /// A byte pipe to the machine, program first.
  std::vector<std::string> command;
  /// How the agent gets there: auto (also when empty), nix, copy.
  std::string provision;
  int32_t jobs = 0;  ///< at once; 0 = its CPUs
  /// Put before every recipe's argv.
  std::vector<std::string> enter;
  /// Names of the caller's variables that recipes get although they look like credentials.
  std::vector<std::string> pass_env;
  std::optional<bool> durable;

  bool operator==(const HostEntry&) const = default;
};

/// True for `localhost`, `127.0.0.1` and `::1`: the lane runs here, without ssh.
bool IsLocalhost(std::string_view address);

/// True when `address` is safe as ssh's host argument: `[user@]name`, no leading '-', no blanks or
/// control bytes, at most 255 bytes.
bool IsHostAddress(std::string_view address);

/// The entries of a hosts file's text, sorted by platform. Failures are kInput and name file, line
/// and key: "bad_json", "bad_hosts" (not an object, unknown or duplicate key, a wrong value).
base::Result<std::vector<HostEntry>> ParseHosts(std::string_view text, std::string_view path);

/// What is known of hosts, and from which file; `path` is empty when there is none.
struct Hosts {
  std::string path;
  std::vector<HostEntry> entries;
};

/// Reads the first hosts file there is, after the *caller's* environment: $ODU_HOSTS, then
/// ~/.config/odu/hosts.json, then ~/.config/justci/hosts.json. None is no failure, but an
/// $ODU_HOSTS that leads nowhere is (kInput, "hosts_not_found"). A relative path counts from `cwd`.
base::Result<Hosts> LoadHosts(std::span<const std::string> environment, std::string_view cwd);

/// The lanes of a run: `hosts` with `pins` (platform -> address, from --host) put over them, cut
/// down to `platforms` unless that is empty; sorted by platform. Failures, kUsage:
/// "bad_platform", "bad_host", "no_host" (a platform asked for without a host); kInput "no_hosts"
/// when there is nothing at all, with both ways to opt in.
base::Result<std::vector<HostEntry>> ChooseHosts(const Hosts& hosts,
                                                 const std::map<std::string, std::string>& pins,
                                                 const std::vector<std::string>& platforms);

}  // namespace odu::plan
