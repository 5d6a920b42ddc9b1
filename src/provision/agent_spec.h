#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace provision {

/// How the agent gets onto the host.
enum class ProvisionWay {
  kAuto,  ///< nix where the host has it and a source is given, else copy
  kCopy,  ///< the static program is sent over the connection
  kNix,   ///< the host's own Nix realises it
};

/// Where the nix provisioner finds the agent.
struct NixSource {
  std::string flake;      ///< a flake reference, `path:/…` or `github:…`
  std::string attribute;  ///< `packages.{system}.odu-runner`; {system} is put in
};

/// The path, on this machine, of the static program for that Nix system. Its failure is what a
/// person reads when the host is of a system this build has nothing for.
using ProgramForSystem = std::function<base::Result<std::string>(const std::string& system)>;

/// A program that the agent needs on the host: the host's own from its PATH when that is new
/// enough, else ours.
struct Companion {
  std::string name;         ///< "just"
  std::string min_version;  ///< "1.50"; compared number by number
  ProgramForSystem file_for;
};

/// What is put on a host and started there. It must answer `--self-check SHA256 [FILE]` (exit 0
/// when the program, or FILE, has that digest; another code when not, or when no digest is given)
/// and write transport::kSentinel before its first message.
struct AgentSpec {
  std::string name;  ///< "odu-runner"; letters, digits, '-', '_', '.'
  ProgramForSystem file_for;
  /// The digest of the copy that shall be started if it lies there still: what an earlier start of
  /// this agent was made with. Else, and when it is empty, that of `file_for`.
  std::string recorded_sha256;
  std::vector<Companion> companions;
  /// Its folder on the host, `~` being that user's home.
  std::string remote_dir = "~/.cache/odu";
  /// A variable of the host's login environment that says where the folder is instead.
  std::string remote_dir_env = "ODU_REMOTE_DIR";
  ProvisionWay provision = ProvisionWay::kAuto;
  std::optional<NixSource> nix;
};

}  // namespace provision
