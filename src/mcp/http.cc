#include "mcp/http.h"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <map>
#include <optional>
#include <utility>

#include "async/deadline.h"
#include "async/notifier.h"
#include "async/task_group.h"
#include "mcp/exchange.h"
#include "mcp/http_messages.h"
#include "mcp/http_rules.h"
#include "mcp/random_id.h"
#include "mcp/session.h"

namespace mcp {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::awaitable;
using asio::ip::tcp;

constexpr size_t kMostConnections = 64;
constexpr size_t kMostSessions = 64;
constexpr uint32_t kMostHeaderBytes = 64 << 10;
constexpr async::Duration kIdleConnection = std::chrono::minutes(5);
constexpr async::Duration kIdleSession = std::chrono::hours(1);
/// A silent stream says that it is alive.
constexpr async::Duration kComment = std::chrono::seconds(15);

/// The code of an answer that is a fault, else 0.
int FaultCodeOf(const std::string& message) {
  constexpr std::string_view kMark = R"("error":{"code":)";
  const size_t at = std::string_view(message).substr(0, 400).find(kMark);
  return at == std::string_view::npos || message.find(R"("result":)") < at
             ? 0
             : std::atoi(message.c_str() + at + kMark.size());
}

class LoopbackServer final : public HttpServer {
 public:
  LoopbackServer(Server& server, HttpOptions options, tcp::acceptor acceptor)
      : server_(server),
        options_(std::move(options)),
        acceptor_(std::move(acceptor)),
        tasks_(server.executor()) {}

  uint16_t port() const override { return acceptor_.local_endpoint().port(); }

  awaitable<void> Serve(std::move_only_function<awaitable<void>()> until_stopped) override {
    tasks_.Spawn("accept", [this] { return Accept(); });
    tasks_.Spawn("forget sessions", [this] { return ForgetSessions(); });
    co_await until_stopped();
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    for (auto& [id, known] : sessions_) {
      co_await known.session->Close();
    }
    sessions_.clear();
    tasks_.Kill();
    co_await tasks_.Join();
  }

 private:
  struct Known {
    std::shared_ptr<Session> session;
    async::Duration used_at{};
  };

  awaitable<void> Accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
      if (error) {
        co_return;
      }
      if (tasks_.size() >= kMostConnections) {
        continue;  // closed by its destructor
      }
      auto shared = std::make_shared<tcp::socket>(std::move(socket));
      tasks_.Spawn("connection", [this, shared] { return Connection(shared); });
    }
  }

  awaitable<void> ForgetSessions() {
    for (;;) {
      const bool passed = co_await server_.clock().Sleep(kIdleSession / 4);
      if (!passed) {
        co_return;
      }
      const async::Duration now = server_.clock().Now();
      for (auto item = sessions_.begin(); item != sessions_.end();) {
        if (now - item->second.used_at > kIdleSession && item->second.session->calls() == 0) {
          const std::shared_ptr<Session> session = item->second.session;
          item = sessions_.erase(item);
          co_await session->Close();
          item = sessions_.begin();
        } else {
          ++item;
        }
      }
    }
  }

  awaitable<void> Connection(std::shared_ptr<tcp::socket> socket) {
    beast::flat_buffer buffer;
    for (bool goes_on = true; goes_on;) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(kMaxTextBytes);
      parser.header_limit(kMostHeaderBytes);
      bool read = false;
      bool too_long = false;
      std::move_only_function<awaitable<void>()> reading = [&]() -> awaitable<void> {
        const auto [error, count] =
            co_await http::async_read(*socket, buffer, parser, asio::as_tuple(asio::use_awaitable));
        read = !error;
        if (error == http::error::body_limit) {
          too_long = true;
        }
      };
      co_await async::RunBounded(server_.clock(), kIdleConnection, std::move(reading));
      if (!read && too_long) {
        Request none;
        none.version(11);
        none.keep_alive(false);
        Response response = Plain(none, 413, "the message is longer than 16 MiB");
        co_await Write(*socket, response);
      }
      if (!read) {
        break;
      }
      const Request request = parser.release();
      goes_on = co_await Answer(*socket, request);
      goes_on = goes_on && request.keep_alive();
    }
    boost::system::error_code ignored;
    socket->shutdown(tcp::socket::shutdown_both, ignored);
  }

  /// False when the connection is of no more use.
  static awaitable<bool> Write(tcp::socket& socket, Response& response) {
    const auto [error, count] =
        co_await http::async_write(socket, response, asio::as_tuple(asio::use_awaitable));
    co_return !error;
  }

  std::optional<Response> Refuse(const Request& request) const {
    if (!IsLoopbackHost(HeaderOr(request, "Host"))) {
      return Plain(request, 403, "this Host is none of this server's");
    }
    const auto origin = HeaderOf(request, "Origin");
    if (origin.has_value() && !IsLoopbackOrigin(*origin)) {
      return Plain(request, 403, "this Origin may not ask here");
    }
    const std::string_view target(request.target().data(), request.target().size());
    if (target.substr(0, target.find('?')) != options_.path) {
      return Plain(request, 404, "there is nothing here");
    }
    if (!IsBearer(HeaderOr(request, "Authorization"), options_.token)) {
      Response response = Plain(request, 401, "say 'Authorization: Bearer' and the token");
      response.set(http::field::www_authenticate, "Bearer");
      return response;
    }
    return std::nullopt;
  }

  awaitable<bool> Answer(tcp::socket& socket, const Request& request) {
    std::optional<Response> refusal = Refuse(request);
    if (refusal) {
      co_return co_await Write(socket, *refusal);
    }
    if (request.method() == http::verb::post) {
      co_return co_await Post(socket, request);
    }
    if (request.method() == http::verb::get) {
      co_return co_await Get(socket, request);
    }
    if (request.method() == http::verb::delete_) {
      co_return co_await Delete(socket, request);
    }
    Response response = Plain(request, 405, "POST, GET or DELETE");
    response.set(http::field::allow, "POST, GET, DELETE");
    co_return co_await Write(socket, response);
  }

  awaitable<bool> Post(tcp::socket& socket, const Request& request) {
    std::optional<Response> refusal;
    const std::string accept = HeaderOr(request, "Accept");
    if (!Accepts(HeaderOr(request, "Content-Type"), "application/json")) {
      refusal = Plain(request, 415, "send application/json");
    } else if (!Accepts(accept, "application/json") || !Accepts(accept, "text/event-stream")) {
      refusal = Plain(request, 406, "accept application/json and text/event-stream");
    }
    if (refusal) {
      co_return co_await Write(socket, *refusal);
    }
    Arrival arrival = ReadText(request.body());
    const auto& first = arrival.messages.front();
    if (!arrival.batch && !first) {
      Response response = Json(request, 400, FaultLine(first.error().id, first.error().fault));
      co_return co_await Write(socket, response);
    }
    if (SaysModern(request, arrival)) {
      co_return co_await PostModern(socket, request, std::move(arrival));
    }
    co_return co_await PostLegacy(socket, request, std::move(arrival));
  }

  awaitable<bool> PostModern(tcp::socket& socket, const Request& request, Arrival arrival) {
    if (!arrival.batch) {
      RepeatedHeaders headers{HeaderOf(request, kRevisionHeader), HeaderOf(request, "Mcp-Method"),
                              HeaderOf(request, "Mcp-Name")};
      const Incoming& message = *arrival.messages.front();
      const auto repeated = CheckRepeated(headers, message);
      if (!repeated) {
        Response response = Json(request, 400, FaultLine(message.id, repeated.error()));
        co_return co_await Write(socket, response);
      }
    }
    const auto exchange = std::make_shared<Exchange>(server_.executor(), CountRequests(arrival));
    const auto session = std::make_shared<Session>(server_, exchange);
    const bool asks = !exchange->whole();
    session->Receive(std::move(arrival), exchange);
    bool goes_on = true;
    if (asks) {
      goes_on = co_await Stream(socket, request, exchange, true, "");
    } else {
      Response response = Plain(request, 202, "");
      goes_on = co_await Write(socket, response);
    }
    co_await session->Close();
    co_return goes_on;
  }

  awaitable<bool> PostLegacy(tcp::socket& socket, const Request& request, Arrival arrival) {
    const std::string revision = HeaderOr(request, kRevisionHeader);
    std::optional<RpcId> id;
    if (arrival.messages.front()) {
      id = arrival.messages.front()->id;
    }
    std::optional<Response> refusal;
    std::string session_id = HeaderOr(request, kSessionHeader);
    if (IsInitialize(arrival)) {
      if (sessions_.size() >= kMostSessions) {
        refusal = Plain(request, 503, "there are too many sessions");
      }
      session_id.clear();
    } else if (!revision.empty() && !FindRevision(revision)) {
      RpcFault fault{kInvalidRequest, "this revision of the protocol is not spoken here", {}};
      refusal = Json(request, 400, FaultLine(id, fault));
    } else if (session_id.empty()) {
      RpcFault fault{kInvalidParams,
                     "say 'initialize' first and then its Mcp-Session-Id, or what revision this is "
                     "in _meta",
                     {}};
      refusal = Json(request, 400, FaultLine(id, fault));
    } else if (!sessions_.contains(session_id)) {
      RpcFault fault{kInvalidRequest, "there is no such session; initialize again", {}};
      refusal = Json(request, 404, FaultLine(id, fault));
    }
    if (refusal) {
      co_return co_await Write(socket, *refusal);
    }
    const bool fresh = session_id.empty();
    if (fresh) {
      session_id = RandomId();
      sessions_[session_id].session = std::make_shared<Session>(server_, nullptr);
    }
    Known& known = sessions_[session_id];
    known.used_at = server_.clock().Now();
    const std::shared_ptr<Session> session = known.session;
    const auto exchange = std::make_shared<Exchange>(server_.executor(), CountRequests(arrival));
    const bool asks = !exchange->whole();
    session->Receive(std::move(arrival), exchange);
    if (!asks) {
      Response response = Plain(request, 202, "");
      co_return co_await Write(socket, response);
    }
    const std::string told = fresh ? session_id : "";
    const bool goes_on = co_await Stream(socket, request, exchange, false, told);
    co_return goes_on;
  }

  awaitable<bool> Get(tcp::socket& socket, const Request& request) {
    const auto known = sessions_.find(HeaderOr(request, kSessionHeader));
    std::optional<Response> refusal;
    if (!Accepts(HeaderOr(request, "Accept"), "text/event-stream")) {
      refusal = Plain(request, 406, "accept text/event-stream");
    } else if (HeaderOr(request, kSessionHeader).empty()) {
      // Modern clients have no such stream.
      refusal = Plain(request, 405, "a session's notices are read with its Mcp-Session-Id");
      refusal->set(http::field::allow, "POST");
    } else if (known == sessions_.end()) {
      refusal = Plain(request, 404, "there is no such session; initialize again");
    }
    if (refusal) {
      co_return co_await Write(socket, *refusal);
    }
    const std::shared_ptr<Session> session = known->second.session;
    known->second.used_at = server_.clock().Now();
    // Its one answer never comes.
    const auto exchange = std::make_shared<Exchange>(server_.executor(), 1);
    session->SetNotices(exchange);
    const bool goes_on = co_await Stream(socket, request, exchange, false, "");
    session->DropNotices(exchange);
    co_return goes_on;
  }

  awaitable<bool> Delete(tcp::socket& socket, const Request& request) {
    const auto known = sessions_.find(HeaderOr(request, kSessionHeader));
    if (known == sessions_.end()) {
      Response response = Plain(request, 404, "there is no such session");
      co_return co_await Write(socket, response);
    }
    const std::shared_ptr<Session> session = known->second.session;
    sessions_.erase(known);
    co_await session->Close();
    Response response = Plain(request, 200, "");
    co_return co_await Write(socket, response);
  }

  /// Gives what comes: one answer alone as JSON, anything else as a stream of events.
  awaitable<bool> Stream(tcp::socket& socket, const Request& request,
                         std::shared_ptr<Exchange> exchange, bool modern, std::string session_id) {
    async::TaskGroup watching(server_.executor());
    watching.Spawn("watch a connection",
                   [&socket, exchange] { return UntilGone(&socket, exchange); });
    bool goes_on = false;
    if (request.method() == http::verb::post) {
      std::optional<std::string> first = co_await exchange->Next();
      if (first.has_value() && exchange->whole() && exchange->waiting() == 0) {
        const unsigned status = modern ? StatusOfFault(FaultCodeOf(*first)) : 200;
        Response response = Json(request, status, std::move(*first));
        if (!session_id.empty()) {
          response.set(ToBeast(kSessionHeader), session_id);
        }
        goes_on = co_await Write(socket, response);
      } else if (first.has_value() || !exchange->gone()) {
        goes_on = co_await WriteEvents(socket, exchange, session_id, std::move(first));
      }
    } else {
      goes_on = co_await WriteEvents(socket, exchange, session_id, std::nullopt);
    }
    exchange->Leave();
    watching.Kill();
    co_await watching.Join();
    co_return goes_on;
  }

  awaitable<bool> WriteEvents(tcp::socket& socket, std::shared_ptr<Exchange> exchange,
                              std::string session_id, std::optional<std::string> next) {
    std::string head =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
        "Transfer-Encoding: chunked\r\n";
    if (!session_id.empty()) {
      head += std::string(kSessionHeader) + ": " + session_id + "\r\n";
    }
    head += "\r\n";
    bool written = co_await WriteBytes(socket, head);
    while (written) {
      if (!next.has_value()) {
        std::move_only_function<awaitable<void>()> wait = [&]() -> awaitable<void> {
          next = co_await exchange->Next();
        };
        const bool came = co_await async::RunBounded(server_.clock(), kComment, std::move(wait));
        if (!came) {
          written = co_await WriteChunk(socket, ":\n\n");
          continue;
        }
        if (!next.has_value()) {
          break;
        }
      }
      const std::string event = "event: message\ndata: " + *next + "\n\n";
      next.reset();
      written = co_await WriteChunk(socket, event);
    }
    if (written && !exchange->gone()) {
      written = co_await WriteBytes(socket, "0\r\n\r\n");
    }
    co_return written && !exchange->gone();
  }

  static awaitable<bool> WriteChunk(tcp::socket& socket, const std::string& bytes) {
    char size[24];
    const int digits = std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    const std::string chunk = std::string(size, static_cast<size_t>(digits)) + bytes + "\r\n";
    co_return co_await WriteBytes(socket, chunk);
  }

  static awaitable<bool> WriteBytes(tcp::socket& socket, std::string bytes) {
    const auto [error, count] = co_await asio::async_write(socket, asio::buffer(bytes),
                                                           asio::as_tuple(asio::use_awaitable));
    co_return !error;
  }

  /// Tells the exchange when the peer hangs up.
  static awaitable<void> UntilGone(tcp::socket* socket, std::shared_ptr<Exchange> exchange) {
    const auto [error] =
        co_await socket->async_wait(tcp::socket::wait_read, asio::as_tuple(asio::use_awaitable));
    char byte = 0;
    const ssize_t count =
        error ? 0 : ::recv(socket->native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count == 0) {
      exchange->Leave();
    }
  }

  Server& server_;
  HttpOptions options_;
  tcp::acceptor acceptor_;
  std::map<std::string, Known> sessions_;
  async::TaskGroup tasks_;
};

}  // namespace

base::Result<std::unique_ptr<HttpServer>> HttpServer::Listen(Server& server, HttpOptions options) {
  boost::system::error_code error;
  tcp::acceptor acceptor(server.executor());
  const tcp::endpoint place(asio::ip::address_v4::loopback(), options.port);
  acceptor.open(place.protocol(), error);
  if (!error) {
    acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    acceptor.bind(place, error);
  }
  if (!error) {
    acceptor.listen(tcp::acceptor::max_listen_connections, error);
  }
  if (error == boost::system::errc::address_in_use) {
    return base::Fail(base::ErrorKind::kBusy, "port_in_use",
                      "port " + std::to_string(options.port) + " is in use",
                      "another one: --port 0 takes any that is free");
  }
  if (error) {
    return base::Fail(base::ErrorKind::kHost, "io", "listening: " + error.message());
  }
  return std::make_unique<LoopbackServer>(server, std::move(options), std::move(acceptor));
}

}  // namespace mcp
