#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "surface/contract.h"
#include "surface/link.h"

namespace surface {

/// What the other side said in its hello.
struct HelloReply {
  ContractId contract;
  std::string hash;
  std::string build;
  int64_t pid = 0;
};
BOOST_DESCRIBE_STRUCT(HelloReply, (), (contract, hash, build, pid))

/// What a subscriber of a collection is told. `fresh` marks a snapshot that replaces what was
/// known: something may have been missed in between.
template <class T>
struct CollectionHandler {
  std::function<void(std::map<std::string, T> items, bool fresh)> on_snapshot;
  std::function<void(const std::string& key, T item)> on_upsert;
  std::function<void(const std::string& key)> on_remove;
  /// After all upserts and removals of one message.
  std::function<void()> on_batch = [] {};
};

/// What a reader of a stream is told; `on_end` once, with an error if the stream did not end well.
struct StreamHandler {
  std::function<void(uint64_t offset, std::string_view bytes)> on_bytes;
  std::function<void(base::Result<uint64_t> end_offset)> on_end;
};

/// The typed client of one surface over one link. Handlers are called on the executor, in order,
/// and must not destroy the client. When the link dies, every call fails with why (kGone unless the
/// other side broke the rules), every subscription's `on_error` or `on_end` is called with the same
/// once, and `Closed()` completes. A client that is destroyed tells its subscriptions nothing.
class Client {
 public:
  /// Says hello and checks the contract: another name or major is kVersion "contract_mismatch", in
  /// words that name both builds. `name` is how this client calls itself. The reader runs inside
  /// the client until it is destroyed.
  template <class S>
  static boost::asio::awaitable<base::Result<std::unique_ptr<Client>>> Connect(
      boost::asio::any_io_executor executor, std::unique_ptr<Link> link, std::string name) {
    return ConnectRaw(std::move(executor), std::move(link), IdOf<S>(), std::move(name));
  }
  /// A `wanted` without a name takes any contract: for hello, describe and stop, which every build
  /// serves.
  static boost::asio::awaitable<base::Result<std::unique_ptr<Client>>> ConnectRaw(
      boost::asio::any_io_executor executor, std::unique_ptr<Link> link, ContractId wanted,
      std::string name);

  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const HelloReply& hello() const;

  template <class Req, class Rep>
  boost::asio::awaitable<base::Result<Rep>> Call(const Procedure<Req, Rep>& procedure,
                                                 Req request) {
    return CallTyped<Rep>(std::string(procedure.name), Encoded(request));
  }

  /// Each returns a subscription number for Unsubscribe. A refusal by the server arrives as
  /// `on_error` (cells, collections, events) or `on_end` (streams). `on_missed` hears how many
  /// occurrences this subscriber lost, because it was too slow, before the one that comes next.
  template <class T>
  int64_t Subscribe(const Cell<T>& cell, std::function<void(const T&)> on_value,
                    std::function<void(const base::Error&)> on_error = {});
  template <class T>
  int64_t Subscribe(const Collection<T>& collection, CollectionHandler<T> handler,
                    std::function<void(const base::Error&)> on_error = {});
  template <class T>
  int64_t Subscribe(const Event<T>& event, std::function<void(const T&)> on_event,
                    std::function<void(const base::Error&)> on_error = {},
                    std::function<void(uint64_t count)> on_missed = {});
  template <class I>
  int64_t Subscribe(const Stream<I>& stream, const I& input, StreamHandler handler) {
    return SubscribeStream(stream.name, Encoded(input), std::move(handler));
  }
  void Unsubscribe(int64_t subscription);

  /// Asks the server to stop (`surface.stop`).
  boost::asio::awaitable<base::Result<void>> Stop();

  /// Completes when the link is gone, with why; "closing" when the server announced it.
  boost::asio::awaitable<base::Error> Closed();
  bool closed() const;
  /// Ends the link now.
  void Close();

  /// An untyped call and subscription, for mirrors and generic tools. `on_next` gets the params of
  /// each `surface.next`, `on_end` those of `surface.end` or the error that ended it.
  struct RawHandler {
    std::function<void(const base::json::object& params)> on_next;
    std::function<void(base::Result<base::json::object> end)> on_end;
    /// May be set where a stream is read: chunks of the usual form then come here and not to
    /// `on_next`, without a JSON tree.
    std::function<void(uint64_t offset, std::string_view bytes)> on_chunk = {};
  };
  boost::asio::awaitable<base::Result<base::json::value>> CallRaw(std::string method,
                                                                  std::string params);
  int64_t SubscribeRaw(std::string_view member, std::string_view input, RawHandler handler);

 private:
  struct Impl;
  explicit Client(std::shared_ptr<Impl> impl);

  template <class Rep>
  boost::asio::awaitable<base::Result<Rep>> CallTyped(std::string method, std::string params) {
    auto json = co_await CallRaw(std::move(method), std::move(params));
    if (!json) {
      co_return base::Pass(json.error());
    }
    co_return Decode<Rep>(*json);
  }
  int64_t SubscribeStream(std::string_view name, std::string_view input, StreamHandler handler);

  std::shared_ptr<Impl> impl_;
};

}  // namespace surface

#include "surface/client_subscriptions.h"  // IWYU pragma: keep
