#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "async/clock.h"
#include "base/error.h"
#include "surface/server.h"

namespace service {

/// Makes the folder of a door: a real directory (no symlink), ours; new ones are 0700. kRefused
/// "not_a_directory", "symlink", "foreign_owner", each with its remedy; kHost "io" when it cannot
/// be made.
base::Result<void> MakeDoorFolder(const std::string& path);

struct DoorOptions {
  /// The socket. What is there and is no socket is never touched: kRefused, with its remedy.
  std::string path;
  /// Called before each bind, to make the folder; null = MakeDoorFolder of the path's folder.
  std::function<base::Result<void>()> prepare;
  /// How often the name is looked after: `git clean` takes it away.
  async::Duration look_every = std::chrono::seconds(1);
};

/// Serves a surface on a unix socket whose name may vanish and is then made again. The owner holds
/// the service's Gate: the lock decides who serves, the door only lets in. Only this user and root
/// get in.
class Door {
 public:
  /// All must outlive the door; `server` serves each connection.
  Door(boost::asio::any_io_executor executor, async::Clock& clock, surface::Server& server,
       DoorOptions options);
  /// Close() and Serve()'s end must have come before.
  ~Door();
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  /// The first bind, whose failure is told; later ones are retried each second. Call before the
  /// service says that it is ready.
  base::Result<void> Open();

  /// Accepts and serves until Close(); returns when every connection has ended. Spawn it in a
  /// group.
  boost::asio::awaitable<void> Serve();

  /// Stops listening, removes the name and tells every connection `surface.closing {reason}`: faces
  /// dial again. Who connects in between finds a closed link, which is the same to it. Idempotent.
  void Close(std::string_view reason);

  /// Whether the name is there and leads to us.
  bool listening() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace service
