#pragma once

#include <deque>
#include <memory>
#include <string>

#include "async/notifier.h"
#include "surface/link.h"

namespace support {

/// The other end of a link as the test plays it: it says lines, and keeps what it was sent.
class ScriptedLink final : public surface::Link {
 public:
  /// Shared with the test, which outlives neither the link nor its own use of it.
  struct Script {
    explicit Script(const boost::asio::any_io_executor& executor) : changed(executor) {}
    void Say(std::string line) {
      lines.push_back(std::move(line));
      changed.Notify();
    }
    void Hang() {
      closed = true;
      changed.Notify();
    }
    std::deque<std::string> lines;
    std::string sent;
    bool closed = false;
    async::Notifier changed;
  };

  explicit ScriptedLink(std::shared_ptr<Script> script) : script_(std::move(script)) {}

  boost::asio::awaitable<base::Result<std::string_view>> Receive() override {
    while (script_->lines.empty() && !script_->closed) {
      const bool woken = co_await script_->changed.Wait();
      if (!woken) {
        break;
      }
    }
    if (script_->lines.empty()) {
      co_return base::Fail(base::ErrorKind::kGone, "closed", "the other side closed the link");
    }
    line_ = std::move(script_->lines.front());
    script_->lines.pop_front();
    co_return std::string_view(line_);
  }
  boost::asio::awaitable<base::Result<void>> Send(std::string_view batch) override {
    script_->sent += batch;
    co_return base::Result<void>();
  }
  void Close() override { script_->Hang(); }

 private:
  std::shared_ptr<Script> script_;
  std::string line_;
};

}  // namespace support
