// counter_server SOCKET | --stdio: serves one counter until somebody asks it to stop.
#include "surface/server.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>

#include "async/task_group.h"
#include "counter/counter_surface.h"
#include "os/signals.h"
#include "os/unix_socket.h"
#include "surface/cell.h"
#include "surface/stream.h"
#include "surface/wakers.h"
#include "transport/descriptor_link.h"
#include "transport/stdio_link.h"

namespace counter {
namespace {

namespace asio = boost::asio;
using surface::Caller;

/// Who raised the counter, a line each; ends with the server.
class RaiseLog final : public surface::ByteLog {
 public:
  base::Result<size_t> ReadAt(uint64_t offset, char* buffer, size_t capacity) override {
    return offset < bytes_.size() ? bytes_.copy(buffer, capacity, offset) : 0;
  }
  bool Ended() const override { return false; }
  std::shared_ptr<void> OnGrowth(surface::Waker waker) override {
    return wakers_.Add(std::move(waker));
  }
  void Append(std::string_view line) {
    bytes_ += line;
    wakers_.WakeAll();
  }

 private:
  std::string bytes_;
  surface::Wakers wakers_;
};

class App {
 public:
  explicit App(const asio::any_io_executor& executor)
      : server_(executor, surface::DescribeSurface<Counter>(), "counter-example"),
        tasks_(executor) {
    server_.Bind(Counter::state, cell_);
    server_.Bind(Counter::log, log_source_);
    server_.Bind(Counter::add, [this](AddRequest request, Caller caller) {
      return Add(this, request.amount, std::move(caller));
    });
#if COUNTER_MINOR >= 1
    server_.Bind(Counter::reset, [this](surface::Nothing, Caller caller) {
      return Add(this, -state_.value, std::move(caller));
    });
#endif
    server_.OnStop([this](const Caller&) { Stop(); });
    cell_.Set(state_);
  }

  void Serve(std::unique_ptr<surface::Link> link) {
    auto held = std::make_shared<std::unique_ptr<surface::Link>>(std::move(link));
    tasks_.Spawn("session", [this, held] { return server_.Serve(std::move(*held)); });
  }
  void Listen(os::ListeningSocket door) {
    door_ = std::move(door);
    tasks_.Spawn("door", [this] { return AcceptAll(this); });
  }

 private:
  static asio::awaitable<base::Result<State>> Add(App* self, int64_t amount, Caller caller) {
    if (amount > 1'000'000 || amount < -1'000'000) {
      co_return base::Fail(base::ErrorKind::kRefused, "too_much",
                           fmt::format("add: {} is too much at once", amount),
                           "add a million at most");
    }
    self->state_.value += amount;
    self->state_.raised_by = caller.name;
#if COUNTER_MINOR >= 1
    ++self->state_.raises;
#endif
    self->cell_.Set(self->state_);
    self->log_->Append(fmt::format("{} added {}: {}\n", caller.name, amount, self->state_.value));
    co_return self->state_;
  }

  static asio::awaitable<void> AcceptAll(App* self) {
    asio::posix::stream_descriptor door(self->tasks_.executor(), self->door_.fd.get());
    while (!self->stopping_) {
      const auto [error] = co_await door.async_wait(asio::posix::stream_descriptor::wait_read,
                                                    asio::as_tuple(asio::use_awaitable));
      auto socket = os::AcceptFrom(self->door_.fd.get());
      if (!error && socket && *socket) {
        self->Serve(transport::MakeUnixLink(self->tasks_.executor(), std::move(**socket)));
      }
    }
    door.release();
  }

  void Stop() {
    stopping_ = true;
    door_.RemoveName();
    server_.CloseAll("asked to stop");
    tasks_.RequestStop();
  }

  State state_;
  surface::CellSource<State> cell_;
  std::shared_ptr<RaiseLog> log_ = std::make_shared<RaiseLog>();
  surface::StreamSource<LogInput> log_source_{
      [this](const LogInput&) { return base::Result<std::shared_ptr<surface::ByteLog>>(log_); }};
  os::ListeningSocket door_;
  bool stopping_ = false;
  surface::Server server_;
  async::TaskGroup tasks_;
};

int Main(const std::string& where) {
  os::IgnoreBrokenPipes();
  asio::io_context loop(1);
  App app(loop.get_executor());
  if (where == "--stdio") {
    auto link = transport::AnnounceStdio(loop.get_executor(), os::Fd(0), os::Fd(1));
    if (!link) {
      fmt::print(stderr, "counter_server: {}\n", link.error().message());
      return 3;
    }
    app.Serve(std::move(*link));
  } else {
    auto door = os::ListenAt(where);
    if (!door) {
      fmt::print(stderr, "counter_server: {}\n", door.error().message());
      return 3;
    }
    app.Listen(std::move(*door));
    fmt::print("listening\n");
    std::fflush(stdout);
  }
  loop.run();
  return 0;
}

}  // namespace
}  // namespace counter

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: counter_server SOCKET | --stdio\n");
    return 2;
  }
  return counter::Main(argv[1]);
}
