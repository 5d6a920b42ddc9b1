#include "service/door.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <utility>

#include "async/deadline.h"
#include "async/task_group.h"
#include "base/log.h"
#include "base/text.h"
#include "os/file_system.h"
#include "os/unix_socket.h"
#include "transport/descriptor_link.h"

namespace service {
namespace {

namespace asio = boost::asio;
using base::ErrorKind;

// How long connections may take to hear that the door closes; one that does not read is cut.
constexpr async::Duration kFarewell = std::chrono::seconds(2);
// After a failed accept (no descriptors left) there is no use in trying at once.
constexpr async::Duration kAcceptPause = std::chrono::milliseconds(200);

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

base::Result<void> MakeDoorFolder(const std::string& path) {
  const auto refused = [&path](std::string_view code, std::string_view what) {
    return base::Fail(ErrorKind::kRefused, std::string(code),
                      fmt::format("{} {}", base::Quoted(path), what),
                      "move it out of the way: the socket goes there");
  };
  const auto before = os::StatusOf(path);
  if (before && before->kind == os::FileKind::kSymlink) {
    return refused("symlink", "is a symlink");
  }
  if (before && before->kind != os::FileKind::kDirectory) {
    return refused("not_a_directory", "is not a directory");
  }
  if (auto made = os::MakeDirs(path); !made) {
    return made;
  }
  const auto after = os::StatusOf(path);
  if (!after) {
    return base::Pass(after.error());
  }
  if (after->owner != geteuid()) {
    return refused("foreign_owner", fmt::format("belongs to another user (uid {})", after->owner));
  }
  return {};
}

struct Door::State : std::enable_shared_from_this<Door::State> {
  State(asio::any_io_executor its_executor, async::Clock& its_clock, surface::Server& its_server,
        DoorOptions its_options)
      : executor(its_executor),
        clock(its_clock),
        server(its_server),
        options(std::move(its_options)),
        readable(executor),
        loops(executor),
        connections(executor) {}

  base::Result<void> Bind();
  void Accept();
  void Admit(os::Fd fd);
  void StopListening();

  static asio::awaitable<void> AcceptLoop(std::shared_ptr<State> self);
  static asio::awaitable<void> LookLoop(std::shared_ptr<State> self);

  asio::any_io_executor executor;
  async::Clock& clock;
  surface::Server& server;
  DoorOptions options;
  std::optional<os::ListeningSocket> socket;
  asio::posix::stream_descriptor readable;
  async::TaskGroup loops;
  async::TaskGroup connections;
  std::string trouble;
  bool closed = false;
};

base::Result<void> Door::State::Bind() {
  const auto prepared =
      options.prepare ? options.prepare() : MakeDoorFolder(FolderOf(options.path));
  if (!prepared) {
    return prepared;
  }
  auto listening = os::ListenAt(options.path);
  if (!listening) {
    return base::Pass(listening.error());
  }
  // Who connected under the old name is let in first.
  Accept();
  StopListening();
  socket = std::move(*listening);
  auto duplicate = socket->fd.Duplicate();
  if (!duplicate) {
    return base::Pass(duplicate.error());
  }
  readable.assign(duplicate->Release());
  return {};
}

void Door::State::StopListening() {
  // Closing ends the accept loop's wait; it goes on with what is bound then.
  boost::system::error_code ignored;
  readable.close(ignored);
  socket.reset();
}

void Door::State::Accept() {
  while (socket && !closed) {
    auto fd = os::AcceptFrom(socket->fd.get());
    if (!fd) {
      base::LogWarning("door", "{}", fd.error().message());
      return;
    }
    if (!*fd) {
      return;
    }
    Admit(std::move(**fd));
  }
}

void Door::State::Admit(os::Fd fd) {
  if (auto same = os::RequireSameUser(fd.get()); !same) {
    base::LogWarning("door", "{}", same.error().message());
    return;
  }
  std::unique_ptr<surface::Link> link = transport::MakeUnixLink(executor, std::move(fd));
  connections.Spawn("connection", [&server = server, link = std::move(link)]() mutable {
    return server.Serve(std::move(link));
  });
}

asio::awaitable<void> Door::State::AcceptLoop(std::shared_ptr<State> self) {
  while (!self->closed) {
    if (!self->readable.is_open()) {
      const bool waited = co_await self->clock.Sleep(kAcceptPause);
      if (!waited) {
        co_return;
      }
      continue;
    }
    const auto [error] = co_await self->readable.async_wait(
        asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
    if (!error) {
      self->Accept();
    }
  }
}

asio::awaitable<void> Door::State::LookLoop(std::shared_ptr<State> self) {
  for (;;) {
    const bool waited = co_await self->clock.Sleep(self->options.look_every);
    if (!waited || self->closed) {
      co_return;
    }
    if (self->socket && self->socket->StillAtPath()) {
      continue;
    }
    const auto bound = self->Bind();
    const std::string trouble = bound ? std::string() : bound.error().message();
    if (trouble != self->trouble) {
      self->trouble = trouble;
      if (trouble.empty()) {
        base::LogInfo("door", "listening again at {}", base::Quoted(self->options.path));
      } else {
        base::LogWarning("door", "nobody can connect: {}", trouble);
      }
    }
  }
}

Door::Door(asio::any_io_executor executor, async::Clock& clock, surface::Server& server,
           DoorOptions options)
    : state_(std::make_shared<State>(std::move(executor), clock, server, std::move(options))) {}

Door::~Door() = default;

base::Result<void> Door::Open() {
  return state_->Bind();
}

asio::awaitable<void> Door::Serve() {
  const std::shared_ptr<State> state = state_;
  if (!state->closed) {
    state->loops.Spawn("accept", [state] { return State::AcceptLoop(state); });
    state->loops.Spawn("look after the name", [state] { return State::LookLoop(state); });
  }
  co_await state->loops.Join();
  auto ended = co_await async::WithDeadline(state->clock, kFarewell, state->connections.Join(),
                                            "closing the connections");
  if (!ended) {
    state->connections.Kill();
    co_await state->connections.Join();
  }
}

void Door::Close(std::string_view reason) {
  if (state_->closed) {
    return;
  }
  state_->closed = true;
  if (state_->socket) {
    state_->socket->RemoveName();
  }
  state_->StopListening();
  state_->server.CloseAll(reason);
  state_->loops.Kill();
}

bool Door::listening() const {
  return state_->socket.has_value() && state_->socket->StillAtPath();
}

}  // namespace service
