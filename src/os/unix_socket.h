#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "os/fd.h"

namespace os {

/// Unix stream sockets by path. Paths may be longer than sun_path (the name itself at most 80
/// bytes). All descriptors are non-blocking and close-on-exec.

/// A listening socket and what its name on disk was when it was bound.
struct ListeningSocket {
  Fd fd;
  std::string path;
  uint64_t device = 0;
  uint64_t inode = 0;

  /// False when the name is gone or is another file: bind again.
  bool StillAtPath() const;
  /// Removes the name if it is still ours.
  void RemoveName();
};

/// Binds and listens, mode 0600. Something already there: a socket that nobody answers is replaced;
/// a socket that answers is kBusy, "socket_in_use"; anything else is never touched: kRefused,
/// "not_a_socket". The caller holds the lock that makes replacing safe.
base::Result<ListeningSocket> ListenAt(const std::string& path, int backlog = 128);

/// Connects. kGone "no_socket": no such name. kGone "stale_socket": nobody listens. kRefused
/// "not_a_socket". kRefused "not_permitted": another user's. kBusy "not_answering": its queue is
/// full (a stopped process).
base::Result<Fd> ConnectTo(const std::string& path);

/// The next connection, empty when none waits.
base::Result<std::optional<Fd>> AcceptFrom(int listening_fd);

struct PeerCredentials {
  pid_t pid = 0;  ///< 0 when outside our pid namespace
  uid_t uid = 0;
  gid_t gid = 0;
};
base::Result<PeerCredentials> PeerOf(int fd);
/// kRefused, "not_permitted", unless the peer is this user or root.
base::Result<void> RequireSameUser(int fd);

/// Removes the name if it is a socket; false when it is not there. Never anything else: kRefused.
base::Result<bool> UnlinkSocket(const std::string& path);

/// Two connected ends.
struct SocketPair {
  Fd first;
  Fd second;
};
base::Result<SocketPair> MakeSocketPair();

}  // namespace os
