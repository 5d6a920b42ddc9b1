#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "odu/coordinator/world.h"
#include "odu/forge/github.h"
#include "odu/ledger/gate_journal.h"
#include "os/environment.h"

namespace odu::coordinator {

/// One repository of a forge, with the token that speaks to it. Calls of the forge come from
/// threads; all else from the loop.
class ForgeDesk {
 public:
  ForgeDesk(const ledger::GateTarget& target, const os::Environment& environment);

  /// Sets `forge`, or `no_token`.
  boost::asio::awaitable<void> FindToken(World& world, os::Environment environment);

  forge::ForgeRemote remote;
  std::string api;
  forge::HttpClient http;
  /// Empty until a token was found.
  std::shared_ptr<forge::Forge> forge;
  bool finding = false;
  /// Why there is no token; it is looked for again when somebody brings something.
  std::optional<base::Error> no_token;
  /// The forge asked for quiet until then.
  std::chrono::milliseconds quiet_until{0};
};

}  // namespace odu::coordinator
