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
#include <optional>
#include <utility>

#include "async/deadline.h"
#include "async/notifier.h"
#include "async/task_group.h"
#include "mcp/http_messages.h"
#include "mcp/http_rules.h"
#include "mcp/http_sessions.h"

namespace mcp {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::awaitable;
using asio::ip::tcp;

constexpr size_t kMostConnections = 64;
constexpr uint32_t kMostHeaderBytes = 64 << 10;
constexpr async::Duration kIdleConnection = std::chrono::minutes(5);
/// Until a connection has said the token.
constexpr async::Duration kFirstRequest = std::chrono::seconds(15);
constexpr uint64_t kStrangersBody = uint64_t{64} << 10;
/// A peer that takes nothing for so long reads no more.
constexpr async::Duration kStuckWrite = std::chrono::seconds(60);
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
        sessions_(server),
        tasks_(server.executor()) {}

  uint16_t port() const override { return acceptor_.local_endpoint().port(); }

  awaitable<void> Serve(std::move_only_function<awaitable<void>()> until_stopped) override {
    tasks_.Spawn("accept", [this] { return Accept(); });
    tasks_.Spawn("forget sessions", [this] { return ForgetSessions(); });
    co_await until_stopped();
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    co_await sessions_.EndAll();
    tasks_.Kill();
    co_await tasks_.Join();
  }

 private:
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
      const bool passed = co_await server_.clock().Sleep(HttpSessions::kIdle / 4);
      if (!passed) {
        co_return;
      }
      co_await sessions_.EndIdle();
    }
  }

  using Parser = http::request_parser<http::string_body>;

  awaitable<void> Connection(std::shared_ptr<tcp::socket> socket) {
    beast::flat_buffer buffer;
    bool known = false;  // it has said the token
    for (bool goes_on = true; goes_on;) {
      Parser parser;
      parser.body_limit(kMaxTextBytes);
      parser.header_limit(kMostHeaderBytes);
      const async::Duration bound = known ? kIdleConnection : kFirstRequest;
      boost::system::error_code error = co_await Read(*socket, buffer, parser, true, bound);
      std::optional<Response> refusal;
      if (!error) {
        refusal = Refuse(parser.get());
        known = known || !refusal.has_value();
        // Strangers are not listened to for long.
        if (refusal && !parser.is_done() &&
            parser.content_length().value_or(kMaxTextBytes) > kStrangersBody) {
          error = http::error::body_limit;
        } else {
          error = co_await Read(*socket, buffer, parser, false, bound);
        }
      }
      if (error == http::error::body_limit) {
        Request none;
        none.version(11);
        none.keep_alive(false);
        Response response =
            refusal ? std::move(*refusal) : Plain(none, 413, "the message is longer than 16 MiB");
        response.keep_alive(false);
        co_await Write(*socket, response);
      }
      if (error) {
        break;
      }
      const Request request = parser.release();
      if (refusal) {
        goes_on = co_await Write(*socket, *refusal);
      } else {
        goes_on = co_await Answer(*socket, request);
      }
      goes_on = goes_on && request.keep_alive();
    }
    boost::system::error_code ignored;
    socket->shutdown(tcp::socket::shutdown_both, ignored);
  }

  /// Reads the header of a request, or what is left of it.
  awaitable<boost::system::error_code> Read(tcp::socket& socket, beast::flat_buffer& buffer,
                                            Parser& parser, bool header, async::Duration bound) {
    boost::system::error_code result = asio::error::timed_out;
    std::move_only_function<awaitable<void>()> reading = [&]() -> awaitable<void> {
      if (header) {
        const auto [error, count] = co_await http::async_read_header(
            socket, buffer, parser, asio::as_tuple(asio::use_awaitable));
        result = error;
      } else {
        const auto [error, count] =
            co_await http::async_read(socket, buffer, parser, asio::as_tuple(asio::use_awaitable));
        result = error;
      }
    };
    co_await async::RunBounded(server_.clock(), bound, std::move(reading));
    co_return result;
  }

  /// False when the connection is of no more use.
  awaitable<bool> Write(tcp::socket& socket, Response& response) {
    bool well = false;
    std::move_only_function<awaitable<void>()> writing = [&]() -> awaitable<void> {
      const auto [error, count] =
          co_await http::async_write(socket, response, asio::as_tuple(asio::use_awaitable));
      well = !error;
    };
    co_await async::RunBounded(server_.clock(), kStuckWrite, std::move(writing));
    co_return well;
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
    const bool fresh = IsInitialize(arrival);
    HttpSessions::Named named;
    if (fresh) {
      named = co_await sessions_.Open();
    } else {
      named.id = HeaderOr(request, kSessionHeader);
      named.session = sessions_.Find(named.id);
    }
    if (fresh && named.session == nullptr) {
      refusal = Plain(request, 503, "there are too many sessions, and all are in use");
    } else if (!revision.empty() && !FindRevision(revision)) {
      RpcFault fault{kInvalidRequest, "this revision of the protocol is not spoken here", {}};
      refusal = Json(request, 400, FaultLine(id, fault));
    } else if (named.id.empty()) {
      RpcFault fault{kInvalidParams,
                     "say 'initialize' first and then its Mcp-Session-Id, or what revision this is "
                     "in _meta",
                     {}};
      refusal = Json(request, 400, FaultLine(id, fault));
    } else if (named.session == nullptr) {
      RpcFault fault{kInvalidRequest, "there is no such session; initialize again", {}};
      refusal = Json(request, 404, FaultLine(id, fault));
    }
    if (refusal) {
      co_return co_await Write(socket, *refusal);
    }
    const auto exchange = std::make_shared<Exchange>(server_.executor(), CountRequests(arrival));
    const bool asks = !exchange->whole();
    named.session->Receive(std::move(arrival), exchange);
    if (!asks) {
      Response response = Plain(request, 202, "");
      co_return co_await Write(socket, response);
    }
    const std::string told = fresh ? named.id : "";
    const bool goes_on = co_await Stream(socket, request, exchange, false, told);
    co_return goes_on;
  }

  awaitable<bool> Get(tcp::socket& socket, const Request& request) {
    const std::string id = HeaderOr(request, kSessionHeader);
    const std::shared_ptr<Session> session = sessions_.Find(id);
    std::optional<Response> refusal;
    if (!Accepts(HeaderOr(request, "Accept"), "text/event-stream")) {
      refusal = Plain(request, 406, "accept text/event-stream");
    } else if (id.empty()) {
      // Modern clients have no such stream.
      refusal = Plain(request, 405, "a session's notices are read with its Mcp-Session-Id");
      refusal->set(http::field::allow, "POST");
    } else if (session == nullptr) {
      refusal = Plain(request, 404, "there is no such session; initialize again");
    }
    if (refusal) {
      co_return co_await Write(socket, *refusal);
    }
    // Its one answer never comes.
    const auto exchange = std::make_shared<Exchange>(server_.executor(), 1);
    sessions_.SetStream(id, exchange);
    const bool goes_on = co_await Stream(socket, request, exchange, false, "");
    session->DropNotices(exchange);
    co_return goes_on;
  }

  awaitable<bool> Delete(tcp::socket& socket, const Request& request) {
    const bool ended = co_await sessions_.End(HeaderOr(request, kSessionHeader));
    const unsigned status = ended ? 200 : 404;
    Response response = Plain(request, status, ended ? "" : "there is no such session");
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

  awaitable<bool> WriteChunk(tcp::socket& socket, const std::string& bytes) {
    char size[24];
    const int digits = std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    const std::string chunk = std::string(size, static_cast<size_t>(digits)) + bytes + "\r\n";
    co_return co_await WriteBytes(socket, chunk);
  }

  awaitable<bool> WriteBytes(tcp::socket& socket, std::string bytes) {
    bool well = false;
    std::move_only_function<awaitable<void>()> writing = [&]() -> awaitable<void> {
      const auto [error, count] = co_await asio::async_write(socket, asio::buffer(bytes),
                                                             asio::as_tuple(asio::use_awaitable));
      well = !error;
    };
    co_await async::RunBounded(server_.clock(), kStuckWrite, std::move(writing));
    co_return well;
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
  HttpSessions sessions_;
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
