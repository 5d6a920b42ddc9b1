#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "provision/agent_spec.h"
#include "provision/host_facts.h"
#include "provision/host_fault.h"

/// One script that asks a host what it is and makes sure of our folder there, and the reading of
/// its answer. Nothing in the answer is believed: it has limits, and a form for each value.
namespace provision {

struct ProbeRequest {
  const AgentSpec& spec;
  bool make_folder = true;  ///< else it is only looked at
};

/// The body for InLoginShell(). `salt` keeps names of two probes apart.
std::string ProbeScript(const ProbeRequest& request, const std::string& salt);

/// Why the folder cannot be ours; `what` is one of a few words, `why` the host's own.
struct FolderTrouble {
  std::string what;
  std::string where;
  std::string why;
};

struct ToolFound {
  std::string path;
  std::string version;
};

struct ProbeAnswer {
  HostFacts facts;
  std::map<std::string, ToolFound> companions;  ///< those of the host's own PATH
  std::set<std::string> present;                ///< names in `<dir>/bin`
  std::optional<FolderTrouble> trouble;
};

/// Failure: kHost "bad_answer".
base::Result<ProbeAnswer> ParseProbe(std::string_view body, const AgentSpec& spec);

/// What is wrong with the folder, and that the variable moves it.
HostFault FaultOf(const FolderTrouble& trouble, const AgentSpec& spec);

/// "x86_64-linux" for `uname -s` and `-m`; empty for what cannot be a system.
std::string SystemOf(std::string_view kernel, std::string_view machine);

/// True when the first number of `version` ("just 1.57.0") is `wanted` or newer.
bool IsAtLeast(std::string_view version, std::string_view wanted);

}  // namespace provision
