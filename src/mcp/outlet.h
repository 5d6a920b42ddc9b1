#pragma once

#include <cstddef>
#include <string>

namespace mcp {

/// Where messages to the peer go: the one output of a stdio connection, or the answer to one HTTP
/// request.
class Outlet {
 public:
  virtual ~Outlet() = default;

  /// Takes the answer to one request, without a newline.
  virtual void Answer(std::string message) = 0;
  /// Takes a notification.
  virtual void Notify(std::string message) = 0;
  /// A request that came with this outlet is not answered: it was cancelled.
  virtual void Forgo() = 0;
  /// Bytes taken that the peer has not read yet. Notifications that may be late wait for it to
  /// shrink.
  virtual size_t Backlog() const = 0;
};

/// With more than this unread nothing is told that can be told later.
inline constexpr size_t kFullBacklog = size_t{256} << 10;

}  // namespace mcp
