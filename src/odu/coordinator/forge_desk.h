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

  /// A token that was refused, or not there, may be another now; so may the way to the forge.
  void LookAnew(const os::Environment& environment);
  /// Sets `forge`, or `no_token`; what spoke before speaks on when nothing else is found.
  boost::asio::awaitable<void> FindToken(World& world, os::Environment environment);

  forge::ForgeRemote remote;
  std::string api;
  forge::HttpClient http;
  /// Empty until a token was found.
  std::shared_ptr<forge::Forge> forge;
  bool finding = false;
  bool asked_anew = false;  ///< while it was being found
  /// Why there is no token; it is looked for again when somebody brings something.
  std::optional<base::Error> no_token;
  /// Of a limit: keeps quiet for as long as the forge asks, and twice as long each time that it
  /// asks again, as its description wants it.
  void Heed(forge::Failure& failure, std::chrono::milliseconds now, const TimeScale& scale);
  std::chrono::milliseconds quiet_until{0};
  int limits = 0;  ///< one after the other; then one request at a time asks whether it is over
  size_t on_their_way = 0;

 private:
  std::shared_ptr<forge::Forge> earlier_;
};

}  // namespace odu::coordinator
