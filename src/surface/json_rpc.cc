#include "surface/json_rpc.h"

#include "surface/codec.h"

namespace surface {
namespace {

void AppendId(std::string& out, const RpcId& id) {
  if (const auto* number = std::get_if<int64_t>(&id)) {
    out += std::to_string(*number);
  } else {
    base::AppendJsonString(out, std::get<std::string>(id));
  }
}

std::unexpected<base::Error> BadEnvelope(std::string message) {
  return base::Fail(base::ErrorKind::kInput, "bad_envelope", "message: " + std::move(message));
}

base::Result<std::optional<RpcId>> ReadId(const base::json::object& object) {
  const base::json::value* id = object.if_contains("id");
  // The specification's way to answer what could not be read; ours leaves the id out, as MCP does.
  const bool unknown = id != nullptr && id->is_null() && object.contains("error");
  if (id == nullptr || unknown) {
    return std::optional<RpcId>();
  }
  if (const auto* number = id->if_int64()) {
    return RpcId(*number);
  }
  if (const auto* text = id->if_string()) {
    return RpcId(std::string(*text));
  }
  return BadEnvelope("the id is neither a string nor an integer");
}

std::string StringField(const base::json::object& object, std::string_view name) {
  const base::json::value* field = object.if_contains(name);
  if (field == nullptr || !field->is_string()) {
    return {};
  }
  return std::string(field->get_string());
}

/// The `error` member of a response: ours under `data`, another implementation's by message alone.
base::Error ReadError(const base::json::value& json) {
  const auto* object = json.if_object();
  if (object == nullptr) {
    return base::Error(base::ErrorKind::kHost, "unknown", "the peer sent an error without text");
  }
  if (const auto* data = object->if_contains("data"); data != nullptr && data->is_object()) {
    return DecodeError(*data);
  }
  return base::Error(base::ErrorKind::kHost, "unknown", StringField(*object, "message"));
}

}  // namespace

base::Result<RpcMessage> ParseRpc(std::string_view line) {
  auto json = base::ParseJson(line, "message");
  if (!json) {
    return base::Pass(json.error());
  }
  auto* object = json->if_object();
  if (object == nullptr) {
    return BadEnvelope("expected one JSON object");
  }
  if (StringField(*object, "jsonrpc") != "2.0") {
    return BadEnvelope("\"jsonrpc\" is not \"2.0\"");
  }
  RpcMessage message;
  auto id = ReadId(*object);
  if (!id) {
    return base::Pass(id.error());
  }
  message.id = std::move(*id);
  if (auto* method = object->if_contains("method")) {
    if (!method->is_string() || method->get_string().empty()) {
      return BadEnvelope("the method is not a name");
    }
    message.method = std::string(method->get_string());
    if (auto* params = object->if_contains("params")) {
      if (!params->is_object() && !params->is_array()) {
        return BadEnvelope("params is neither an object nor an array");
      }
      message.params = std::move(*params);
    } else {
      message.params = base::json::object{};
    }
    return message;
  }
  auto* result = object->if_contains("result");
  auto* error = object->if_contains("error");
  if ((result == nullptr) == (error == nullptr)) {
    return BadEnvelope("neither a request nor a response");
  }
  if (result != nullptr) {
    if (!message.id) {
      return BadEnvelope("a result without the id of its request");
    }
    message.result = std::move(*result);
  } else {
    message.error = ReadError(*error);
  }
  return message;
}

void AppendRequest(std::string& out, const RpcId& id, std::string_view method,
                   std::string_view params) {
  out += R"({"jsonrpc":"2.0","id":)";
  AppendId(out, id);
  out += R"(,"method":)";
  base::AppendJsonString(out, method);
  out += R"(,"params":)";
  out += params;
  out += "}\n";
}

void AppendNotification(std::string& out, std::string_view method, std::string_view params) {
  out += R"({"jsonrpc":"2.0","method":)";
  base::AppendJsonString(out, method);
  out += R"(,"params":)";
  out += params;
  out += "}\n";
}

void AppendResult(std::string& out, const RpcId& id, std::string_view result) {
  out += R"({"jsonrpc":"2.0","id":)";
  AppendId(out, id);
  out += R"(,"result":)";
  out += result;
  out += "}\n";
}

void AppendError(std::string& out, const std::optional<RpcId>& id, RpcCode code,
                 const base::Error& error) {
  out += R"({"jsonrpc":"2.0",)";
  if (id) {
    out += R"("id":)";
    AppendId(out, *id);
    out.push_back(',');
  }
  out += R"("error":{"code":)";
  out += std::to_string(static_cast<int>(code));
  out += R"(,"message":)";
  base::AppendJsonString(out, error.message());
  out += R"(,"data":)";
  EncodeError(out, error);
  out += "}}\n";
}

void EncodeError(std::string& out, const base::Error& error) {
  out += R"({"kind":)";
  base::AppendJsonString(out, base::KindName(error.kind()));
  out += R"(,"code":)";
  base::AppendJsonString(out, error.code());
  out += R"(,"message":)";
  base::AppendJsonString(out, error.message());
  if (!error.hint().empty()) {
    out += R"(,"hint":)";
    base::AppendJsonString(out, error.hint());
  }
  out.push_back('}');
}

base::Error DecodeError(const base::json::value& json) {
  const auto* object = json.if_object();
  if (object == nullptr) {
    return base::Error(base::ErrorKind::kHost, "unknown", "the peer sent an error without text");
  }
  std::string code = StringField(*object, "code");
  return base::Error(base::KindFromName(StringField(*object, "kind")),
                     code.empty() ? "unknown" : std::move(code), StringField(*object, "message"),
                     StringField(*object, "hint"));
}

}  // namespace surface
