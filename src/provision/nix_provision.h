#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "provision/agent_spec.h"
#include "provision/host_shell.h"
#include "provision/nix_command.h"
#include "provision/provisioner.h"

namespace provision {

/// The host's own Nix makes the agent (nix_command.h says how). What it made stays, as the host's
/// garbage collector is told, until the next version takes its place; a process that runs it is a
/// root of its own. Companions are what the agent's output has in `bin` beside it.
///
/// Faults: kPlace "nix_missing" (no `nix` here), "nix_eval" (the flake gives no derivation for that
/// system); kRemote "nix_untrusted" (names trusted-users), "nix_failed"; kNetwork.
class NixProvision final : public Provisioner {
 public:
  /// `shell` and `spec` outlive it; `spec.nix` is set. Not for pipes: nix needs ssh itself.
  NixProvision(HostShell& shell, const AgentSpec& spec) : shell_(shell), spec_(spec) {}

  std::string_view name() const override { return "nix"; }
  boost::asio::awaitable<HostResult<Provisioned>> Provide(
      HostFacts facts, const ProvisionProgress& progress) override;

  /// True when this machine has a `nix` to evaluate and copy with.
  static bool IsHere(std::span<const std::string> environment);

 private:
  boost::asio::awaitable<HostResult<std::string>> Evaluate(std::string system);
  boost::asio::awaitable<HostResult<bool>> Copy(NixLook look, std::string derivation,
                                                const ProvisionProgress& progress);
  Provisioned Found(const NixLook& look) const;

  HostShell& shell_;
  const AgentSpec& spec_;
  std::map<std::string, std::string> derivations_;  ///< by system: evaluated once
};

}  // namespace provision
