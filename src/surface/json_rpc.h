#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"
#include "base/json.h"

/// The JSON-RPC 2.0 envelope, one message a line; used by surfaces and by MCP alike.
namespace surface {

/// A request's id: a string or an integer, echoed exactly as it came.
using RpcId = std::variant<int64_t, std::string>;

/// One message, told apart. A request has `id` and `method`, a notification only `method`, a
/// response `id` and either `result` or `error`.
struct RpcMessage {
  std::optional<RpcId> id;
  std::string method;
  base::json::value params;
  std::optional<base::json::value> result;
  std::optional<base::Error> error;

  bool IsRequest() const { return id.has_value() && !method.empty(); }
  bool IsNotification() const { return !id.has_value() && !method.empty(); }
  bool IsResponse() const { return method.empty(); }
};

/// The codes of the specification (section 5.1) that a surface uses.
enum class RpcCode {
  kParseError = -32700,
  kInvalidRequest = -32600,
  kMethodNotFound = -32601,
  kInvalidParams = -32602,
  kInternalError = -32603,
  kDomainError = -32000,  ///< a typed error of the domain, see `data.code`
};

/// Reads one line. Failure: kInput "bad_json" or "bad_envelope".
base::Result<RpcMessage> ParseRpc(std::string_view line);

/// Each writes one whole line, newline included. `params` and `result` are JSON text.
void AppendRequest(std::string& out, const RpcId& id, std::string_view method,
                   std::string_view params);
void AppendNotification(std::string& out, std::string_view method, std::string_view params);
void AppendResult(std::string& out, const RpcId& id, std::string_view result);
/// `id` is left out when the request's could not be read.
void AppendError(std::string& out, const std::optional<RpcId>& id, RpcCode code,
                 const base::Error& error);

/// An error as a JSON object `{"kind","code","message","hint"}`; the hint is left out when empty.
void EncodeError(std::string& out, const base::Error& error);
/// The error that `EncodeError` wrote; what is missing is filled with "unknown".
base::Error DecodeError(const base::json::value& json);

}  // namespace surface
