#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "provision/agent_spec.h"
#include "provision/host_address.h"
#include "provision/host_fault.h"

/// The command lines and scripts of the nix provisioner, and the reading of what they say.
///
///   here    nix eval --raw FLAKE#ATTRIBUTE.drvPath             what is to be made
///   here    nix copy --derivation --to ssh-ng://HOST DRV       its recipe and sources go there
///   there   nix-store --realise DRV --add-root LINK --indirect made there, and kept: LINK is a
///   root
///
/// LINK is `<dir>/nix/<name>`; beside it `<name>.drv` says what it is the output of.
namespace provision {

/// What the host says of its Nix, and of what lies there.
struct NixLook {
  std::string system;              ///< builtins.currentSystem
  std::string store;               ///< absolute path of its nix-store
  std::string daemon;              ///< of its nix-daemon, which `ssh-ng` talks to
  std::string derivation;          ///< that the link was made of; empty when there is none
  std::string output;              ///< what the link points to; empty when it is not there
  std::set<std::string> programs;  ///< names in the output's `bin`
};

/// For `<dir>/nix/<name>`, in the environment of the user's login shell.
std::string NixLookScript(const std::string& dir, const std::string& name);
/// Failure: kHost "bad_answer".
base::Result<NixLook> ParseNixLook(std::string_view output);

std::vector<std::string> NixEvalArgv(const NixSource& source, const std::string& system);
/// A derivation's path and nothing else, from the output of `nix eval`; kHost "bad_answer".
base::Result<std::string> ParseDerivation(std::string_view output);

std::vector<std::string> NixCopyArgv(const HostAddress& address, const std::string& daemon,
                                     const std::string& derivation);
/// NIX_SSHOPTS: the user's own first, for ssh takes the first of two; then what our other
/// connections have.
std::string NixSshOptions(std::string_view users_own, const HostAddress& address);

/// Answers with lines that ParseNixLook reads, too.
std::string NixRealiseScript(const NixLook& look, const std::string& dir, const std::string& name,
                             const std::string& derivation);
/// Reads `output` and `programs`; kHost "bad_answer".
base::Result<NixLook> ParseRealised(std::string_view output);

/// Asks the host's Nix for what no store has: any answer but that shows a daemon that refuses.
std::string NixDoorScript(const NixLook& look);
/// What it means that the copying broke off while the host itself answers again; `door` is what the
/// script above wrote to stderr. A refusal of the user, or NixFault().
HostFault NixBrokenOff(std::string_view step, std::string_view words, std::string_view door,
                       const HostAddress& address);

/// What a red end of `step` means, by Nix's own words: a user whom the host's Nix does not trust, a
/// connection that broke, or a refusal. The message ends with those words.
HostFault NixFault(std::string_view step, std::string_view words, const HostAddress& address);

}  // namespace provision
