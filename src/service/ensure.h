#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <vector>

#include "async/clock.h"
#include "base/error.h"
#include "os/environment.h"
#include "os/reaper.h"
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
  /// The start program's whole environment (see MinimalEnvironment).
  os::Environment environment;
};

struct EnsureOptions {
  /// For everything together: several faces starting at once wait for the first of them.
  async::Duration deadline = std::chrono::seconds(20);
  /// Through `systemd-run --user --scope` where a user manager is there, so that logging out does
  /// not end the service.
  bool use_scope = true;
};

/// Connects to the service that runs, never starting one. kGone "not_running" when nobody owns it;
/// kBusy "owner_stopped" / "owner_silent" when its owner does not answer; kVersion with the words
/// of service/version.h when it is another build's; kRefused when something that is no socket, or
/// another user's, is in the way.
boost::asio::awaitable<base::Result<std::unique_ptr<surface::Client>>> Dial(
    boost::asio::any_io_executor executor, async::Clock& clock, ServicePlace place);

/// Dial, or start it and dial: however many callers do it at once, one service comes up. Waits for
/// the start program's end, which is the service's readiness. What the start program said when it
/// failed is the error's message.
boost::asio::awaitable<base::Result<std::unique_ptr<surface::Client>>> Ensure(
    boost::asio::any_io_executor executor, async::Clock& clock, os::Reaper& reaper,
    ServicePlace place, EnsureOptions options = EnsureOptions());

/// The `systemd-run` words to put before a start program: empty when no user manager answers.
std::vector<std::string> ScopePrefix(const os::Environment& environment);

}  // namespace service
