#include "mcp/http_messages.h"

#include <utility>

#include "mcp/revision.h"

namespace mcp {

namespace beast = boost::beast;
namespace http = boost::beast::http;

beast::string_view ToBeast(std::string_view text) {
  return {text.data(), text.size()};
}

std::optional<std::string> HeaderOf(const Request& request, std::string_view name) {
  const auto found = request.find(ToBeast(name));
  return found == request.end() ? std::nullopt : std::optional(std::string(found->value()));
}

std::string HeaderOr(const Request& request, std::string_view name) {
  return HeaderOf(request, name).value_or("");
}

Response Plain(const Request& request, unsigned status, std::string_view why) {
  Response response(static_cast<http::status>(status), request.version());
  response.set(http::field::content_type, "text/plain");
  response.body() = std::string(why) + "\n";
  response.keep_alive(request.keep_alive());
  response.prepare_payload();
  return response;
}

Response Json(const Request& request, unsigned status, std::string body) {
  Response response(static_cast<http::status>(status), request.version());
  response.set(http::field::content_type, "application/json");
  response.body() = std::move(body);
  response.keep_alive(request.keep_alive());
  response.prepare_payload();
  return response;
}

size_t CountRequests(const Arrival& arrival) {
  size_t count = 0;
  for (const auto& message : arrival.messages) {
    count += !message || message->IsRequest() ? 1 : 0;
  }
  // A batch is answered as one, whatever becomes of it.
  return arrival.batch && count > 0 ? 1 : count;
}

bool SaysModern(const Request& request, const Arrival& arrival) {
  const std::optional<Revision> revision = FindRevision(HeaderOr(request, kRevisionHeader));
  if (revision.has_value() && IsModern(*revision)) {
    return true;
  }
  for (const auto& message : arrival.messages) {
    const auto* meta = message ? ObjectIn(message->params, "_meta") : nullptr;
    if (meta != nullptr && meta->contains("io.modelcontextprotocol/protocolVersion")) {
      return true;
    }
  }
  return false;
}

bool IsInitialize(const Arrival& arrival) {
  return arrival.messages.size() == 1 && arrival.messages[0] && arrival.messages[0]->IsRequest() &&
         arrival.messages[0]->method == "initialize";
}

}  // namespace mcp
