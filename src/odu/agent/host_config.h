#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

/// How agent hosts are told of a server: which file, and what is written into it. Pure.
namespace odu::agent {

struct AgentHost {
  std::string_view name;   ///< "claude"
  std::string_view title;  ///< "Claude Code"
  std::string_view file;   ///< relative to the checkout, or to HOME
  bool in_home = false;
};

/// All hosts that are known, in the order of the help.
std::span<const AgentHost> AgentHosts();
/// kUsage "unknown_host", the nearest named.
base::Result<AgentHost> FindAgentHost(std::string_view name);

/// The file's text with odu in it; `before` is empty where there is no file. Everything else in it
/// stays; JSON is written with an indent of two. The same text when odu is there already. kInput
/// "bad_config" when the file is not of its kind.
base::Result<std::string> WithOdu(const AgentHost& host, const std::string& before);

/// The lines that differ, each with `-` or `+` before it and some others around them.
std::string DiffText(std::string_view before, std::string_view after);

}  // namespace odu::agent
