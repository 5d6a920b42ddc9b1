#pragma once

#include <expected>
#include <utility>

#include "base/error.h"

namespace provision {

/// Where an attempt to reach a host went wrong, which says what may be done about it.
enum class FaultPhase {
  kNetwork,  ///< the host was not reached, or the link died: try for ever
  kRemote,   ///< it was reached and refused (host key, login, agent): try a few times
  kPlace,    ///< what we found there cannot work (noexec, no program for it): a person must act
};

/// A failed attempt.
struct HostFault {
  FaultPhase phase = FaultPhase::kRemote;
  base::Error error;
  bool authentication = false;  ///< the login itself was refused
};

template <class T>
using HostResult = std::expected<T, HostFault>;

inline std::unexpected<HostFault> Faulty(FaultPhase phase, base::Error error) {
  return std::unexpected(HostFault{phase, std::move(error), false});
}

}  // namespace provision
