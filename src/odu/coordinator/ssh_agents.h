#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace odu::coordinator {

/// The ssh agents that this checkout's callers brought along. A coordinator outlives the terminal
/// that started it, and with it the agent that was forwarded to that terminal: what reaches other
/// machines asks for the newest one that still answers.
class SshAgents {
 public:
  /// Takes the SSH_AUTH_SOCK of a caller's environment ("NAME=value"), if it names one.
  void Offer(std::span<const std::string> environment);

  /// The socket of the newest agent that answers now; nothing when none does.
  std::optional<std::string> Newest() const;

 private:
  std::vector<std::string> sockets_;  ///< oldest first, each once
};

}  // namespace odu::coordinator
