#include "mcp/stdio.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "async/deadline.h"
#include "async/notifier.h"
#include "async/task_group.h"
#include "mcp/line_splitter.h"
#include "mcp/session.h"

namespace mcp {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

constexpr size_t kReadBytes = size_t{64} << 10;
constexpr size_t kMostBacklog = size_t{4} << 20;
/// What was asked before the input ended has so long to be answered.
constexpr async::Duration kLastAnswers = std::chrono::milliseconds(400);
constexpr async::Duration kLastWrites = std::chrono::milliseconds(300);

/// One end of a pipe, a socket or a terminal; a file, which no event loop takes, is read and
/// written directly: it never waits.
class End {
 public:
  End(const asio::any_io_executor& executor, os::Fd fd) : stream_(executor) {
    boost::system::error_code error;
    stream_.assign(fd.get(), error);
    if (error) {
      file_ = std::move(fd);
      return;
    }
    fd.Release();
    stream_.non_blocking(true, error);
  }

  /// 0 at the end.
  awaitable<base::Result<size_t>> Read(std::vector<char>& buffer) {
    if (file_.valid()) {
      co_return os::ReadSome(file_.get(), buffer);
    }
    const auto [error, count] =
        co_await stream_.async_read_some(asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
    if (error) {
      co_return size_t{0};
    }
    co_return count;
  }

  awaitable<base::Result<void>> Write(const std::string& bytes) {
    if (file_.valid()) {
      co_return os::WriteAll(file_.get(), bytes);
    }
    const auto [error, count] = co_await asio::async_write(stream_, asio::buffer(bytes),
                                                           asio::as_tuple(asio::use_awaitable));
    if (error) {
      co_return base::Fail(base::ErrorKind::kGone, "closed", "the client reads no more");
    }
    co_return base::Result<void>();
  }

 private:
  asio::posix::stream_descriptor stream_;
  os::Fd file_;
};

/// Writes what it is given in the order it came.
class LineOutlet final : public Outlet {
 public:
  LineOutlet(const asio::any_io_executor& executor, os::Fd out)
      : end_(executor, std::move(out)), more_(executor), drained_(executor) {}

  void Answer(std::string message) override { Put(message); }
  void Notify(std::string message) override { Put(message); }
  void Forgo() override {}
  size_t Backlog() const override { return waiting_.size() + writing_.size(); }

  /// Writes until it is cancelled or nobody reads any more.
  awaitable<void> WriteLoop() {
    for (;;) {
      while (waiting_.empty()) {
        const bool woken = co_await more_.Wait();
        if (!woken) {
          co_return;
        }
      }
      writing_ = std::exchange(waiting_, {});
      base::Result<void> written = co_await end_.Write(writing_);
      writing_.clear();
      if (!written) {
        failure_ = written.error();
        drained_.Notify();
        co_return;
      }
      drained_.Notify();
    }
  }

  /// Returns when at most `bytes` are unread, or nobody reads.
  awaitable<void> Until(size_t bytes) {
    while (Backlog() > bytes && !failure_.has_value()) {
      const bool woken = co_await drained_.Wait();
      if (!woken) {
        co_return;
      }
    }
  }

  const std::optional<base::Error>& failure() const { return failure_; }

 private:
  void Put(const std::string& message) {
    if (failure_.has_value()) {
      return;
    }
    waiting_ += message;
    waiting_ += '\n';
    more_.Notify();
  }

  End end_;
  std::string waiting_;
  std::string writing_;
  std::optional<base::Error> failure_;
  async::Notifier more_;
  async::Notifier drained_;
};

awaitable<void> ReadLoop(End* in, Session* session, std::shared_ptr<LineOutlet> outlet,
                         async::Notifier* ended) {
  LineSplitter lines(kMaxTextBytes);
  std::vector<char> buffer(kReadBytes);
  for (;;) {
    co_await outlet->Until(kMostBacklog);
    const base::Result<size_t> count = co_await in->Read(buffer);
    if (!count || *count == 0) {
      break;
    }
    lines.Add(std::string_view(buffer.data(), *count));
    while (std::optional<LineSplitter::Line> line = lines.Next()) {
      if (line->too_long) {
        RpcFault fault{kParseError, "the message is longer than 16 MiB", {}};
        outlet->Answer(FaultLine({}, fault));
      } else {
        session->Receive(line->text, outlet);
      }
      co_await outlet->Until(kMostBacklog);
    }
  }
  ended->Notify();
}

awaitable<void> Write(std::shared_ptr<LineOutlet> outlet, async::Notifier* ended) {
  co_await outlet->WriteLoop();
  ended->Notify();
}

}  // namespace

awaitable<base::Result<void>> ServeStdio(Server& server, os::Fd in, os::Fd out,
                                         std::move_only_function<awaitable<void>()> until_stopped) {
  const asio::any_io_executor& executor = server.executor();
  End input(executor, std::move(in));
  const auto outlet = std::make_shared<LineOutlet>(executor, std::move(out));
  const auto session = std::make_shared<Session>(server, outlet);
  async::Notifier ended(executor);
  bool stopped = false;
  async::TaskGroup tasks(executor);
  tasks.Spawn("write", [outlet, &ended] { return Write(outlet, &ended); });
  tasks.Spawn("read", [&input, &session, outlet, &ended] {
    return ReadLoop(&input, session.get(), outlet, &ended);
  });
  tasks.Spawn("listen for the end", [&until_stopped, &stopped, &ended]() -> awaitable<void> {
    co_await until_stopped();
    stopped = true;
    ended.Notify();
  });
  co_await ended.Wait();
  const bool reads = !outlet->failure().has_value();
  if (reads && !stopped) {
    std::move_only_function<awaitable<void>()> answers = [&session] { return session->Idle(); };
    co_await async::RunBounded(server.clock(), kLastAnswers, std::move(answers));
  }
  co_await session->Close();
  if (reads) {
    std::move_only_function<awaitable<void>()> writes = [&outlet] { return outlet->Until(0); };
    co_await async::RunBounded(server.clock(), kLastWrites, std::move(writes));
  }
  tasks.Kill();
  co_await tasks.Join();
  if (outlet->failure().has_value()) {
    co_return base::Pass(*outlet->failure());
  }
  co_return base::Result<void>();
}

}  // namespace mcp
