#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include "async/notifier.h"
#include "async/task_group.h"
#include "support/sample_surface.h"
#include "surface/cell.h"
#include "surface/collection.h"
#include "surface/event.h"
#include "surface/server.h"

namespace support {

/// The sample surface, served; tests change its sources directly.
class SampleServer {
 public:
  explicit SampleServer(const boost::asio::any_io_executor& executor,
                        surface::ServerLimits limits = {})
      : release_(executor),
        server_(executor, surface::DescribeSurface<Sample>(), "build-of-the-server", limits),
        sessions_(executor) {
    server_.Bind(Sample::gauge, gauge);
    server_.Bind(Sample::items, items);
    server_.Bind(Sample::log, log_source_);
    server_.Bind(Sample::news, news);
    server_.Bind(Sample::echo,
                 [](Text request, surface::Caller) -> boost::asio::awaitable<base::Result<Text>> {
                   co_return request;
                 });
    server_.Bind(Sample::fail, [](Failure wanted, surface::Caller) { return Fail(wanted); });
    server_.Bind(Sample::hold, [this](surface::Nothing, surface::Caller) { return Hold(this); });
  }

  /// Serves `link` until it closes.
  void Serve(std::unique_ptr<surface::Link> link) {
    auto shared = std::make_shared<std::unique_ptr<surface::Link>>(std::move(link));
    sessions_.Spawn("session", [this, shared] { return server_.Serve(std::move(*shared)); });
  }

  surface::Server& server() { return server_; }
  /// How many calls of `hold` are under way.
  int held() const { return held_; }
  /// Lets one of them go.
  void Release() { release_.Notify(); }
  size_t tasks() const { return sessions_.size(); }

  surface::CellSource<Gauge> gauge;
  surface::CollectionSource<Item> items;
  surface::EventSource<News> news;
  std::shared_ptr<TextLog> log = std::make_shared<TextLog>();

 private:
  struct Holding {
    explicit Holding(int& its_count) : count(its_count) { ++count; }
    ~Holding() { --count; }
    Holding(const Holding&) = delete;
    Holding& operator=(const Holding&) = delete;
    int& count;
  };

  static boost::asio::awaitable<base::Result<surface::Nothing>> Fail(Failure wanted) {
    if (wanted.kind == "throw") {
      throw std::runtime_error("thrown on purpose");
    }
    co_return base::Fail(base::KindFromName(wanted.kind), wanted.code, wanted.message, wanted.hint);
  }
  static boost::asio::awaitable<base::Result<surface::Nothing>> Hold(SampleServer* self) {
    const Holding holding(self->held_);
    const bool released = co_await self->release_.Wait();
    if (!released) {
      co_return base::Fail(base::ErrorKind::kCancelled, "cancelled", "given up");
    }
    co_return surface::Nothing();
  }

  surface::StreamSource<LogInput> log_source_{
      [this](const LogInput& input) -> base::Result<std::shared_ptr<surface::ByteLog>> {
        if (input.name != "log") {
          return base::Fail(base::ErrorKind::kGone, "no_log", "there is no such log");
        }
        return std::shared_ptr<surface::ByteLog>(log);
      }};
  int held_ = 0;
  async::Notifier release_;
  surface::Server server_;
  async::TaskGroup sessions_;
};

}  // namespace support
