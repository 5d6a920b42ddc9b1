#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "async/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "os/environment.h"
#include "surface/client.h"

namespace service {

/// Which service is meant, and how it is reached and started.
struct ServicePlace {
  std::string what = "service";  ///< for people: "coordinator"
  std::string socket;            ///< its door
  std::string folder;            ///< its state folder: `lock`, `epoch`, `starting`
  surface::ContractId contract;  ///< what this caller speaks
  std::string client_name;       ///< what this caller calls itself
  std::string build;             ///< this caller's, for the words when two builds meet
  /// The program that starts it: it returns 0 when the service serves (or somebody else's already
  /// does), else it says why on stderr and returns an exit code of base::Error (service/detach.h
  /// is the other side of this).
  std::vector<std::string> start;
  /// A cell of the service by which another build's is asked whether it may be replaced; empty, or
  /// a service without that cell: unknown, and it is left alone.
  std::string work_member;
  std::function<bool(const base::json::value& snapshot)> has_work;
  /// The start program's whole environment (see MinimalEnvironment).
  os::Environment environment;
};

/// Connects to the service that runs, never starting one. kGone "not_running" when nobody owns it;
/// kBusy "owner_stopped" / "owner_silent" when its owner does not answer; kVersion with the words
/// of service/version.h when it is another build's; kRefused when something that is no socket, or
/// another user's, is in the way.
boost::asio::awaitable<base::Result<std::unique_ptr<surface::Client>>> Dial(
    boost::asio::any_io_executor executor, async::Clock& clock, ServicePlace place);

/// What dialling came to, with what the next step needs to know.
struct Dialled {
  base::Result<std::unique_ptr<surface::Client>> client = base::Pass(base::Error());
  bool again = false;        ///< the owner may still open: worth another try in a moment
  bool replaceable = false;  ///< another build's, which has no work
};

/// One attempt, without waiting for an owner that has no door yet. `place` must outlive it.
boost::asio::awaitable<Dialled> TryDial(boost::asio::any_io_executor executor, async::Clock& clock,
                                        const ServicePlace& place);
/// Attempts while they are worth it. `place` must outlive it.
boost::asio::awaitable<Dialled> KeepDialling(boost::asio::any_io_executor executor,
                                             async::Clock& clock, const ServicePlace& place);

}  // namespace service
