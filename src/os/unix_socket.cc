#include "os/unix_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/text.h"
#include "os/file_system.h"
#include "os/path_error.h"

namespace os {
namespace {

base::Error NotASocket(const std::string& path) {
  return base::Error(base::ErrorKind::kRefused, "not_a_socket",
                     base::Quoted(path) + ": exists but is not a socket",
                     "remove it, then try again");
}

/// An address for `path`. One that does not fit is reached through a descriptor of its directory,
/// which must stay open while the address is used.
struct Address {
  sockaddr_un name{};
  Fd directory;
};

base::Result<Address> AddressOf(const std::string& path) {
  Address address;
  address.name.sun_family = AF_UNIX;
  std::string shortened = path;
  if (path.size() >= sizeof(address.name.sun_path)) {
    const size_t slash = path.rfind('/');
    const std::string parent = slash == std::string::npos ? "." : path.substr(0, slash);
    address.directory = Fd(open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!address.directory.valid()) {
      return std::unexpected(PathError(path, errno));
    }
    shortened = fmt::format("/proc/self/fd/{}/{}", address.directory.get(),
                            slash == std::string::npos ? path : path.substr(slash + 1));
  }
  if (shortened.empty() || shortened.size() >= sizeof(address.name.sun_path)) {
    return base::Fail(base::ErrorKind::kInput, "name_too_long",
                      base::Quoted(path) + ": no name for a socket");
  }
  std::memcpy(address.name.sun_path, shortened.c_str(), shortened.size() + 1);
  return address;
}

base::Result<Fd> NewSocket() {
  Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) {
    return std::unexpected(base::SystemError("socket", errno));
  }
  return fd;
}

const sockaddr* AsSockaddr(const sockaddr_un& name) {
  return reinterpret_cast<const sockaddr*>(&name);
}

base::Error ConnectError(const std::string& path, int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return base::Error(base::ErrorKind::kGone, "no_socket",
                         base::Quoted(path) + ": no such socket");
    case ECONNREFUSED: {
      const base::Result<FileStatus> status = StatusOf(path);
      if (status && status->kind != FileKind::kSocket && status->kind != FileKind::kSymlink) {
        return NotASocket(path);
      }
      return base::Error(base::ErrorKind::kGone, "stale_socket",
                         base::Quoted(path) + ": nobody listens");
    }
    case EAGAIN:
      return base::Error(base::ErrorKind::kBusy, "not_answering",
                         base::Quoted(path) + ": its owner takes no connections");
    case EACCES:
    case EPERM:
      return base::Error(base::ErrorKind::kRefused, "not_permitted",
                         base::Quoted(path) + ": not open to this user",
                         "look at owner and mode with 'ls -ld' of it and of its folder");
    default:
      return base::SystemError(base::Quoted(path), error_number);
  }
}

/// Makes room for a new socket at `path`.
base::Result<void> ClearName(const std::string& path) {
  const base::Result<FileStatus> status = StatusOf(path);
  if (!status) {
    return {};
  }
  if (status->kind != FileKind::kSocket) {
    return std::unexpected(NotASocket(path));
  }
  const base::Result<Fd> answering = ConnectTo(path);
  if (!answering && answering.error().code() == "stale_socket") {
    const base::Result<bool> removed = UnlinkSocket(path);
    return removed ? base::Result<void>() : std::unexpected(removed.error());
  }
  if (!answering && answering.error().code() == "no_socket") {
    return {};
  }
  if (!answering && answering.error().code() != "not_answering") {
    return base::Pass(answering.error());
  }
  return base::Fail(base::ErrorKind::kBusy, "socket_in_use",
                    base::Quoted(path) + ": somebody listens there already");
}

}  // namespace

bool ListeningSocket::StillAtPath() const {
  const base::Result<FileStatus> status = StatusOf(path);
  return status && status->device == device && status->inode == inode;
}

void ListeningSocket::RemoveName() {
  if (StillAtPath()) {
    unlink(path.c_str());
  }
}

base::Result<ListeningSocket> ListenAt(const std::string& path, int backlog) {
  const base::Result<Address> address = AddressOf(path);
  if (!address) {
    return base::Pass(address.error());
  }
  const base::Result<void> cleared = ClearName(path);
  if (!cleared) {
    return base::Pass(cleared.error());
  }
  base::Result<Fd> fd = NewSocket();
  if (!fd) {
    return base::Pass(fd.error());
  }
  // On Linux the name gets the mode of the socket, so it is never open to others, not even briefly.
  fchmod(fd->get(), 0600);
  if (bind(fd->get(), AsSockaddr(address->name), sizeof(address->name)) != 0) {
    return std::unexpected(errno == EADDRINUSE
                               ? base::Error(base::ErrorKind::kBusy, "socket_in_use",
                                             base::Quoted(path) + ": taken in this moment")
                               : PathError(path, errno));
  }
  const base::Result<FileStatus> bound = StatusOf(path);
  if (!bound) {
    return base::Pass(bound.error());
  }
  if (listen(fd->get(), backlog) != 0) {
    return std::unexpected(PathError(path, errno));
  }
  ListeningSocket listening;
  listening.fd = std::move(*fd);
  listening.path = path;
  listening.device = bound->device;
  listening.inode = bound->inode;
  return listening;
}

base::Result<Fd> ConnectTo(const std::string& path) {
  const base::Result<Address> address = AddressOf(path);
  if (!address) {
    return std::unexpected(address.error().code() == "not_found" ? ConnectError(path, ENOENT)
                                                                 : address.error());
  }
  base::Result<Fd> fd = NewSocket();
  if (!fd) {
    return fd;
  }
  // A unix connect is done at once or not at all: it never stays in progress.
  while (connect(fd->get(), AsSockaddr(address->name), sizeof(address->name)) != 0) {
    if (errno != EINTR) {
      return std::unexpected(ConnectError(path, errno));
    }
  }
  return fd;
}

base::Result<std::optional<Fd>> AcceptFrom(int listening_fd) {
  for (;;) {
    Fd fd(accept4(listening_fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd.valid()) {
      return std::optional<Fd>(std::move(fd));
    }
    if (errno == EAGAIN) {
      return std::optional<Fd>();
    }
    if (errno != EINTR && errno != ECONNABORTED) {
      return std::unexpected(base::SystemError("accept", errno));
    }
  }
}

base::Result<PeerCredentials> PeerOf(int fd) {
  ucred found{};
  socklen_t size = sizeof(found);
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &found, &size) != 0) {
    return std::unexpected(base::SystemError("socket", errno));
  }
  return PeerCredentials{found.pid, found.uid, found.gid};
}

base::Result<void> RequireSameUser(int fd) {
  const base::Result<PeerCredentials> peer = PeerOf(fd);
  if (!peer) {
    return base::Pass(peer.error());
  }
  if (peer->uid != geteuid() && peer->uid != 0) {
    return base::Fail(base::ErrorKind::kRefused, "not_permitted",
                      fmt::format("socket: the peer is user {}, not {}", peer->uid, geteuid()));
  }
  return {};
}

base::Result<bool> UnlinkSocket(const std::string& path) {
  const base::Result<FileStatus> status = StatusOf(path);
  if (!status) {
    return status.error().code() == "not_found" ? base::Result<bool>(false)
                                                : std::unexpected(status.error());
  }
  if (status->kind != FileKind::kSocket) {
    return std::unexpected(NotASocket(path));
  }
  if (unlink(path.c_str()) != 0 && errno != ENOENT) {
    return std::unexpected(PathError(path, errno));
  }
  return true;
}

base::Result<SocketPair> MakeSocketPair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return std::unexpected(base::SystemError("socket", errno));
  }
  return SocketPair{Fd(ends[0]), Fd(ends[1])};
}

}  // namespace os
