#include "mcp/http_messages.h"

#include <utility>

#include "mcp/revision.h"

namespace mcp {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

Response Make(const Request& request, unsigned status, std::string_view type, std::string body) {
  Response response(static_cast<http::status>(status), request.version());
  response.set(http::field::content_type, ToBeast(type));
  response.body() = std::move(body);
  response.keep_alive(request.keep_alive());
  response.prepare_payload();
  return response;
}

}  // namespace

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
  return Make(request, status, "text/plain", std::string(why) + "\n");
}

Response Json(const Request& request, unsigned status, std::string body) {
  return Make(request, status, "application/json", std::move(body));
}

size_t CountRequests(const Arrival& arrival) {
  const size_t count = arrival.Answers();
  return arrival.batch && count > 0 ? 1 : count;
}

bool SaysModern(const Request& request, const Arrival& arrival) {
  const std::optional<Revision> revision = FindRevision(HeaderOr(request, kRevisionHeader));
  if (revision.has_value() && IsModern(*revision)) {
    return true;
  }
  for (const auto& message : arrival.messages) {
    const auto* meta = message ? ObjectIn(message->params, "_meta") : nullptr;
    if (meta != nullptr && meta->contains(kRevisionKey)) {
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
