#include "mcp/message.h"

#include <algorithm>
#include <utility>

#include "mcp/object_text.h"

namespace mcp {
namespace {

std::unexpected<BadMessage> Bad(std::optional<RpcId> id, int code, std::string message) {
  return std::unexpected(BadMessage{std::move(id), RpcFault{code, std::move(message), {}}});
}

std::expected<Incoming, BadMessage> ReadMessage(base::json::value& json) {
  auto* object = json.if_object();
  if (object == nullptr) {
    return Bad({}, kInvalidRequest, "a message is a JSON object");
  }
  const base::json::value* id_field = object->if_contains("id");
  std::optional<RpcId> id;
  if (id_field != nullptr) {
    id = ReadId(*id_field);
  }
  const base::json::string* version = StringIn(*object, "jsonrpc");
  if (version == nullptr || *version != "2.0") {
    return Bad(std::move(id), kInvalidRequest, "\"jsonrpc\" is not \"2.0\"");
  }
  base::json::value* method = object->if_contains("method");
  if (method == nullptr) {
    const bool answer = object->contains("result") || object->contains("error");
    return answer ? std::expected<Incoming, BadMessage>(Incoming{std::move(id), {}, {}})
                  : Bad(std::move(id), kInvalidRequest, "neither a request nor an answer");
  }
  if (id_field != nullptr && !id.has_value()) {
    return Bad({}, kInvalidRequest, "the id is neither a string nor an integer");
  }
  if (!method->is_string() || method->get_string().empty()) {
    return Bad(std::move(id), kInvalidRequest, "the method is not a name");
  }
  Incoming message{std::move(id), std::string(method->get_string()), {}};
  if (base::json::value* params = object->if_contains("params")) {
    if (!params->is_object()) {
      // A notification is never answered: a wrong one does nothing.
      return message.IsRequest()
                 ? Bad(std::move(message.id), kInvalidParams, "params is not an object")
                 : std::expected<Incoming, BadMessage>(Incoming{});
    }
    message.params = std::move(params->get_object());
  }
  return message;
}

}  // namespace

size_t Arrival::Answers() const {
  return static_cast<size_t>(
      std::ranges::count_if(messages, [](const auto& item) { return !item || item->IsRequest(); }));
}

Arrival ReadText(std::string_view text) {
  Arrival arrival;
  base::JsonLimits limits;
  limits.bytes = kMaxTextBytes;
  auto json = base::ParseJson(text, "message", limits);
  if (!json) {
    arrival.messages.emplace_back(Bad({}, kParseError, json.error().message()));
    return arrival;
  }
  auto* array = json->if_array();
  if (array == nullptr) {
    arrival.messages.push_back(ReadMessage(*json));
    return arrival;
  }
  if (array->empty()) {
    arrival.messages.emplace_back(Bad({}, kInvalidRequest, "an empty batch"));
    return arrival;
  }
  arrival.batch = true;
  for (base::json::value& item : *array) {
    arrival.messages.push_back(ReadMessage(item));
  }
  return arrival;
}

std::string ResultLine(const RpcId& id, std::string_view result) {
  std::string line = R"({"jsonrpc":"2.0","id":)";
  line.reserve(line.size() + result.size() + 64);
  line += IdText(id);
  line += R"(,"result":)";
  line += result;
  line += '}';
  return line;
}

std::string FaultLine(const std::optional<RpcId>& id, const RpcFault& fault) {
  ObjectText error;
  error.Number("code", fault.code).Text("message", fault.message);
  if (!fault.data.is_null()) {
    error.Json("data", fault.data);
  }
  ObjectText line;
  line.Text("jsonrpc", "2.0");
  if (id.has_value()) {
    line.Raw("id", IdText(*id));
  }
  return line.Raw("error", error.Take()).Take();
}

std::string NotificationLine(std::string_view method, std::string_view params) {
  return ObjectText().Text("jsonrpc", "2.0").Text("method", method).Raw("params", params).Take();
}

std::string IdText(const RpcId& id) {
  if (const auto* number = std::get_if<int64_t>(&id)) {
    return std::to_string(*number);
  }
  std::string text;
  base::AppendJsonString(text, std::get<std::string>(id));
  return text;
}

std::optional<RpcId> ReadId(const base::json::value& json) {
  if (const auto* number = json.if_int64()) {
    return RpcId(*number);
  }
  if (const auto* text = json.if_string()) {
    return RpcId(std::string(*text));
  }
  return std::nullopt;
}

const base::json::string* StringIn(const base::json::object& object, std::string_view name) {
  const base::json::value* field = object.if_contains(name);
  return field == nullptr ? nullptr : field->if_string();
}

const base::json::object* ObjectIn(const base::json::object& object, std::string_view name) {
  const base::json::value* field = object.if_contains(name);
  return field == nullptr ? nullptr : field->if_object();
}

}  // namespace mcp
