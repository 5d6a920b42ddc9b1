#pragma once

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "support/faulty_link.h"
#include "support/loop.h"
#include "support/sample_server.h"
#include "surface/client.h"
#include "transport/link_pairs.h"

namespace transport {

/// A peer that speaks bytes: it sends what it is told, and reads only when asked to.
class RawPeer {
 public:
  RawPeer(support::Loop& loop, std::unique_ptr<surface::Link> link)
      : loop_(loop), link_(std::move(link)), tasks_(loop.executor()) {}
  ~RawPeer() {
    tasks_.Kill();
    link_->Close();
    loop_.RunUntilIdle();
  }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  /// Sends in the background: a peer that does not take it must not stop the test.
  void Send(std::string bytes) {
    auto held = std::make_shared<std::string>(std::move(bytes));
    tasks_.Spawn("send", [this, held]() -> boost::asio::awaitable<void> {
      ++sending_;
      co_await link_->Send(*held);
      --sending_;
    });
    loop_.RunUntilIdle();
  }

  /// Starts to read all that comes.
  void Read() {
    tasks_.Spawn("read", [this]() -> boost::asio::awaitable<void> {
      for (;;) {
        const base::Result<std::string_view> line = co_await link_->Receive();
        if (!line) {
          ended_ = true;
          co_return;
        }
        received_ += line->size() + 1;
        auto json = base::ParseJson(*line, "line");
        EXPECT_TRUE(json.has_value()) << *line;
        lines_.push_back(json ? json->as_object() : base::json::object());
      }
    });
    loop_.RunUntilIdle();
  }

  void Close() {
    link_->Close();
    loop_.RunUntilIdle();
  }

  const std::vector<base::json::object>& lines() const { return lines_; }
  size_t received_bytes() const { return received_; }
  bool ended() const { return ended_; }
  /// A Send has not been taken yet.
  bool sending() const { return sending_ > 0; }

 private:
  support::Loop& loop_;
  std::unique_ptr<surface::Link> link_;
  std::vector<base::json::object> lines_;
  size_t received_ = 0;
  bool ended_ = false;
  int sending_ = 0;
  async::TaskGroup tasks_;
};

/// A served sample surface and any number of clients over one kind of link.
class LawFixture : public ::testing::TestWithParam<LinkKind> {
 protected:
  LawFixture() : links_(GetParam(), loop_.executor()) {}
  ~LawFixture() override {
    server_.server().CloseAll("the test is over");
    loop_.RunUntilIdle();
  }

  std::unique_ptr<surface::Client> Connect() {
    auto client = ConnectAs(surface::IdOf<support::Sample>());
    EXPECT_TRUE(client) << client.error().message();
    return client ? std::move(*client) : nullptr;
  }

  base::Result<std::unique_ptr<surface::Client>> ConnectAs(surface::ContractId id) {
    auto [server_end, client_end] = links_.Make();
    server_.Serve(std::move(server_end));
    return loop_.Run(surface::Client::ConnectRaw(loop_.executor(), std::move(client_end),
                                                 std::move(id), "test"));
  }

  std::unique_ptr<RawPeer> ConnectPeer() {
    auto [server_end, client_end] = links_.Make();
    server_.Serve(std::move(server_end));
    auto peer = std::make_unique<RawPeer>(loop_, std::move(client_end));
    loop_.RunUntilIdle();
    return peer;
  }

  support::Loop loop_;
  LinkMaker links_;
  support::SampleServer server_{loop_.executor()};
};

}  // namespace transport
