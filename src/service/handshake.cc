#include "service/handshake.h"

#include "surface/codec.h"
#include "surface/json_rpc.h"

namespace service {
namespace {

using base::json::value;

boost::asio::awaitable<base::Result<value>> Ask(surface::Link& link, int64_t id, std::string method,
                                                std::string params) {
  std::string request;
  surface::AppendRequest(request, surface::RpcId(id), method, params);
  if (auto sent = co_await link.Send(request); !sent) {
    co_return base::Pass(sent.error());
  }
  while (true) {
    const auto line = co_await link.Receive();
    if (!line) {
      co_return base::Pass(line.error());
    }
    auto message = surface::ParseRpc(*line);
    if (!message) {
      co_return base::Pass(message.error().In(method));
    }
    if (!message->IsResponse() || (message->id && *message->id != surface::RpcId(id))) {
      continue;
    }
    if (message->error) {
      co_return base::Pass(*message->error);
    }
    co_return std::move(*message->result);
  }
}

}  // namespace

boost::asio::awaitable<base::Result<surface::HelloReply>> AskHello(surface::Link& link,
                                                                   std::string name) {
  std::string params = R"({"name":)";
  base::AppendJsonString(params, name);
  params += '}';
  auto answer = co_await Ask(link, 1, "surface.hello", std::move(params));
  if (!answer) {
    co_return base::Pass(answer.error());
  }
  co_return surface::Decode<surface::HelloReply>(*answer);
}

boost::asio::awaitable<base::Result<void>> AskStop(surface::Link& link) {
  auto answer = co_await Ask(link, 2, "surface.stop", "{}");
  if (!answer) {
    co_return base::Pass(answer.error());
  }
  co_return base::Result<void>();
}

boost::asio::awaitable<base::Result<value>> AskSnapshot(surface::Link& link, std::string member) {
  std::string params = R"({"member":)";
  base::AppendJsonString(params, member);
  params += R"(,"input":{}})";
  auto answer = co_await Ask(link, 3, "surface.subscribe", std::move(params));
  if (!answer) {
    co_return base::Pass(answer.error());
  }
  while (true) {
    const auto line = co_await link.Receive();
    if (!line) {
      co_return base::Pass(line.error());
    }
    const auto message = surface::ParseRpc(*line);
    const auto* fields =
        message && message->method == "surface.next" ? message->params.if_object() : nullptr;
    const value* snapshot = fields != nullptr ? fields->if_contains("snapshot") : nullptr;
    if (snapshot != nullptr) {
      co_return *snapshot;
    }
  }
}

}  // namespace service
