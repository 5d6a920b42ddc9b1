#include "transport/memory_link.h"

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <cstring>

#include "async/notifier.h"
#include "transport/line_receive.h"

namespace transport {
namespace {

namespace asio = boost::asio;

constexpr size_t kMaxWaitingBytes = size_t{4} << 20;

/// One direction.
struct Pipe {
  explicit Pipe(const asio::any_io_executor& executor) : arrived(executor), taken(executor) {}
  std::string bytes;
  bool closed = false;
  async::Notifier arrived;
  async::Notifier taken;

  void Close() {
    closed = true;
    arrived.Notify();
    taken.Notify();
  }
};

std::unexpected<base::Error> Closed() {
  return base::Fail(base::ErrorKind::kGone, "closed", "the other side closed the link");
}

class MemoryLink final : public surface::Link {
 public:
  MemoryLink(std::shared_ptr<Pipe> in, std::shared_ptr<Pipe> out)
      : in_(std::move(in)), out_(std::move(out)) {}
  ~MemoryLink() override { MemoryLink::Close(); }

  asio::awaitable<base::Result<std::string_view>> Receive() override {
    return ReceiveLine(lines_, [this](LineBuffer::Room room) { return Read(room); });
  }

  asio::awaitable<base::Result<void>> Send(std::string_view batch) override {
    while (!out_->closed && !out_->bytes.empty() &&
           out_->bytes.size() + batch.size() > kMaxWaitingBytes) {
      const bool woken = co_await out_->taken.Wait();
      if (!woken) {
        co_return Closed();
      }
    }
    if (out_->closed) {
      co_return Closed();
    }
    out_->bytes += batch;
    out_->arrived.Notify();
    co_return base::Result<void>();
  }

  void Close() override {
    self_closed_ = true;
    in_->Close();
    out_->Close();
  }

 private:
  asio::awaitable<base::Result<size_t>> Read(LineBuffer::Room room) {
    while (in_->bytes.empty() && !in_->closed && !self_closed_) {
      const bool woken = co_await in_->arrived.Wait();
      if (!woken) {
        co_return Closed();
      }
    }
    if (in_->bytes.empty() || self_closed_) {
      co_return Closed();
    }
    const size_t count = std::min(room.size, in_->bytes.size());
    std::memcpy(room.data, in_->bytes.data(), count);
    in_->bytes.erase(0, count);
    in_->taken.Notify();
    co_return count;
  }

  std::shared_ptr<Pipe> in_;
  std::shared_ptr<Pipe> out_;
  LineBuffer lines_;
  bool self_closed_ = false;
};

}  // namespace

std::pair<std::unique_ptr<surface::Link>, std::unique_ptr<surface::Link>> MakeMemoryLinks(
    asio::any_io_executor executor) {
  auto there = std::make_shared<Pipe>(executor);
  auto back = std::make_shared<Pipe>(executor);
  return {std::make_unique<MemoryLink>(back, there), std::make_unique<MemoryLink>(there, back)};
}

}  // namespace transport
