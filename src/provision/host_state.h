#pragma once

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <cstdint>
#include <string>

namespace provision {

enum class HostPhase {
  kProbing,      ///< asking the host what it is
  kCopying,      ///< our programs go there; bytes, total_bytes
  kRealising,    ///< the host's Nix makes them
  kStarting,     ///< the agent was asked for
  kHandshaking,  ///< waiting for its first line
  kConnected,
  kRetrying,  ///< waiting until retry_at, because of `cause`
  kLost,      ///< was connected; the link died
  kFailed,    ///< a person has to fix `cause`
};
BOOST_DESCRIBE_ENUM(HostPhase, kProbing, kCopying, kRealising, kStarting, kHandshaking, kConnected,
                    kRetrying, kLost, kFailed)

/// How a connection stands; a value that a cell can carry and a face draw.
struct HostState {
  HostPhase phase = HostPhase::kProbing;
  std::string cause;         ///< why it is retrying, lost or failed; else empty
  int64_t since = 0;         ///< when this phase began, epoch milliseconds
  int64_t retry_at = 0;      ///< kRetrying: when it goes on, epoch milliseconds; else 0
  uint64_t bytes = 0;        ///< kCopying: sent
  uint64_t total_bytes = 0;  ///< kCopying: to send
  int32_t attempt = 0;       ///< which attempt since the host last answered; 1 is the first
  bool operator==(const HostState&) const = default;
};
BOOST_DESCRIBE_STRUCT(HostState, (), (phase, cause, since, retry_at, bytes, total_bytes, attempt))

}  // namespace provision
