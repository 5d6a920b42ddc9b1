#include "odu/agent/agent_server.h"

#include <utility>

#include "odu/agent/guidance.h"
#include "odu/agent/prompts.h"

namespace odu::agent {
namespace {

mcp::ServerInfo InfoOf(std::string version) {
  mcp::ServerInfo info;
  info.name = "odu";
  info.title = "odu: CI that you attach to";
  info.version = std::move(version);
  info.description = "Runs this repository's CI and tells what is red, and why.";
  info.instructions = Instructions();
  return info;
}

}  // namespace

AgentServer::AgentServer(World& world, std::string version, std::string home,
                         std::vector<std::string> allowed)
    : checkouts_(world, std::move(home), std::move(allowed)),
      tools_(world, checkouts_),
      resources_(world, checkouts_, tools_),
      server_(world.executor, world.clock, InfoOf(std::move(version))) {
  tools_.AddTo(server_);
  AddPrompts(server_);
  server_.SetResources(resources_);
  checkouts_.OnNodesReplaced([this] { server_.ResourcesChanged(); });
}

boost::asio::awaitable<void> AgentServer::Close() {
  co_await server_.tasks().Close();
  co_await checkouts_.Close();
}

}  // namespace odu::agent
