#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace surface {

/// Who is at the other end, where the link can tell (a unix socket's peer credentials).
struct Peer {
  std::optional<int64_t> uid;
  std::optional<int64_t> pid;
};

/// One reliable, ordered, two-way sequence of messages: a line each. At most one Receive and one
/// Send are under way at a time. Implementations are in transport/; tests/support has a faulty one.
class Link {
 public:
  virtual ~Link() = default;

  /// The next message without its newline; the view is valid until the next Receive. Failures:
  /// kGone "closed" when the peer has closed, kLimit "line_too_long" (the link is then unusable).
  virtual boost::asio::awaitable<base::Result<std::string_view>> Receive() = 0;

  /// Sends whole messages, each ended by a newline. Returns when the link has taken them all;
  /// `batch` must live until then.
  virtual boost::asio::awaitable<base::Result<void>> Send(std::string_view batch) = 0;

  /// Ends both directions; a Receive or Send under way fails with kGone. Idempotent.
  virtual void Close() = 0;

  virtual Peer peer() const { return {}; }
};

}  // namespace surface
