#include "odu/coordinator/ssh_agents.h"

#include <algorithm>
#include <ranges>

#include "os/environment.h"
#include "os/unix_socket.h"

namespace odu::coordinator {
namespace {

/// More are forgotten, the oldest first.
constexpr size_t kMost = 16;

}  // namespace

void SshAgents::Offer(std::span<const std::string> environment) {
  const auto socket = os::LookUp(environment, "SSH_AUTH_SOCK");
  if (!socket || !socket->starts_with('/')) {
    return;
  }
  std::erase(sockets_, *socket);
  if (sockets_.size() == kMost) {
    sockets_.erase(sockets_.begin());
  }
  sockets_.emplace_back(*socket);
}

std::optional<std::string> SshAgents::Newest() const {
  for (const std::string& socket : sockets_ | std::views::reverse) {
    if (os::ConnectTo(socket)) {
      return socket;
    }
  }
  return std::nullopt;
}

}  // namespace odu::coordinator
