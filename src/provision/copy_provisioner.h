#pragma once

#include <set>
#include <string>

#include "provision/agent_spec.h"
#include "provision/host_shell.h"
#include "provision/provisioner.h"

namespace provision {

/// Sends static programs over the connection. Each lies at `<dir>/bin/<name>-<sha256>`: written
/// beside it under a name nobody else has, checked by the agent itself, renamed. So two connects
/// at once do not meet, a cut one leaves nothing that counts, and what is there is not sent again.
/// An agent that was recorded is taken as it lies there, and no newer one is sent beside it.
/// After a copy, programs of ours that nobody started for 30 days and that no process runs are
/// removed. The host needs sh, mkdir, cat, chmod, mv, rm.
class CopyProvisioner final : public Provisioner {
 public:
  /// `present` are the names in `<dir>/bin`. All references outlive it.
  CopyProvisioner(HostShell& shell, const AgentSpec& spec, std::set<std::string> present);

  std::string_view name() const override { return "copy"; }
  boost::asio::awaitable<HostResult<Provisioned>> Provide(
      HostFacts facts, const ProvisionProgress& progress) override;

 private:
  struct Program;
  boost::asio::awaitable<HostResult<Program>> Load(std::string name, std::string path);
  boost::asio::awaitable<HostResult<bool>> Send(const HostFacts& facts, Program& program,
                                                const std::string& agent,
                                                std::function<void(uint64_t)> on_sent,
                                                const ProvisionProgress& progress);

  HostShell& shell_;
  const AgentSpec& spec_;
  std::set<std::string> present_;
};

}  // namespace provision
