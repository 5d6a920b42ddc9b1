#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "base/json.h"
#include "surface/client.h"
#include "surface/link.h"

/// `surface.control`, spoken without a typed client: what every build ever made answers.
namespace service {

/// Says hello and returns what the other side is, whatever its contract. A deadline is the
/// caller's.
boost::asio::awaitable<base::Result<surface::HelloReply>> AskHello(surface::Link& link,
                                                                   std::string name);

/// Asks it to stop; returns when it has agreed.
boost::asio::awaitable<base::Result<void>> AskStop(surface::Link& link);

/// The first snapshot of a cell of a contract we do not know.
boost::asio::awaitable<base::Result<base::json::value>> AskSnapshot(surface::Link& link,
                                                                    std::string member);

}  // namespace service
