#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "mcp/server.h"

namespace mcp {

struct HttpOptions {
  uint16_t port = 0;  ///< 0 = one that is free
  std::string token;  ///< whoever asks says `Authorization: Bearer <token>`
  std::string path = "/mcp";
};

/// A server over Streamable HTTP, on the loopback addresses alone. Every request is checked, in
/// this order: Host and Origin (403: a page of a stranger's reaches nobody here), path (404), token
/// (401), method (405), types (415, 406).
///
/// Legacy clients have a session (`Mcp-Session-Id`, see HttpSessions), which DELETE ends; modern
/// ones have none: closing the connection cancels what was asked on it. Who takes nothing of an
/// answer for a minute, or does not say the token within 15 seconds, is hung up on.
class HttpServer {
 public:
  /// Listens. kBusy "port_in_use", kHost "io".
  static base::Result<std::unique_ptr<HttpServer>> Listen(Server& server, HttpOptions options);
  virtual ~HttpServer() = default;

  virtual uint16_t port() const = 0;
  /// Serves until `until_stopped` returns.
  virtual boost::asio::awaitable<void> Serve(
      std::move_only_function<boost::asio::awaitable<void>()> until_stopped) = 0;
};

}  // namespace mcp
