#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <vector>

#include "os/reaper.h"
#include "service/dial.h"

namespace service {

struct EnsureOptions {
  /// For everything together: several faces starting at once wait for the first of them.
  async::Duration deadline = std::chrono::seconds(20);
  /// Through `systemd-run --user --scope` where a user manager is there, so that logging out does
  /// not end the service.
  bool use_scope = true;
};

/// Dial, or start it and dial: however many callers do it at once, one service comes up. Waits for
/// the start program's end, which is the service's readiness. What the start program said when it
/// failed is the error's message. Another build's that has no work is replaced.
boost::asio::awaitable<base::Result<std::unique_ptr<surface::Client>>> Ensure(
    boost::asio::any_io_executor executor, async::Clock& clock, os::Reaper& reaper,
    ServicePlace place, EnsureOptions options = EnsureOptions());

/// The `systemd-run` words to put before a start program: empty when no user manager answers.
std::vector<std::string> ScopePrefix(const os::Environment& environment);

}  // namespace service
