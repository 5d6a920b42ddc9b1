#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mcp/server.h"
#include "odu/agent/checkouts.h"
#include "odu/agent/run_resources.h"
#include "odu/agent/toolbox.h"
#include "odu/agent/world.h"

namespace odu::agent {

/// odu as agents see it: the kit's server with odu's tools and resources.
class AgentServer {
 public:
  /// `home` is where it stands, `allowed` the folders whose checkouts may be driven, too. `world`
  /// outlives it.
  AgentServer(World& world, std::string version, std::string home,
              std::vector<std::string> allowed);
  AgentServer(const AgentServer&) = delete;
  AgentServer& operator=(const AgentServer&) = delete;

  mcp::Server& server() { return server_; }
  /// Ends what is under way, after the last session; it must be awaited before this is destroyed.
  boost::asio::awaitable<void> Close();

 private:
  Checkouts checkouts_;
  Toolbox tools_;
  RunResources resources_;
  mcp::Server server_;
};

}  // namespace odu::agent
