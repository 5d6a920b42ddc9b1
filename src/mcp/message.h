#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "surface/json_rpc.h"

/// The JSON-RPC envelope as MCP uses it: batches, faults with data, ids that are echoed as they
/// came.
namespace mcp {

using surface::RpcId;

// Names in `_meta`.
inline constexpr std::string_view kRevisionKey = "io.modelcontextprotocol/protocolVersion";
inline constexpr std::string_view kSubscriptionKey = "io.modelcontextprotocol/subscriptionId";

/// The longest text that is read: arguments of 10 MB are an answer, not a dead connection.
inline constexpr size_t kMaxTextBytes = size_t{16} << 20;

/// Codes of the protocol beyond those of JSON-RPC.
inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kInternalError = -32603;
inline constexpr int kTooMany = -32000;
inline constexpr int kHeaderMismatch = -32020;
inline constexpr int kMissingCapability = -32021;
inline constexpr int kUnsupportedRevision = -32022;

/// The `error` of an answer.
struct RpcFault {
  int code = kInternalError;
  std::string message;
  base::json::value data;  ///< null = none
};

inline std::unexpected<RpcFault> Fault(int code, std::string message, base::json::value data = {}) {
  return std::unexpected(RpcFault{code, std::move(message), std::move(data)});
}

/// One message from the peer. A request has an id and a method, a notification a method alone; what
/// has neither is an answer, and nobody here asks anything.
struct Incoming {
  std::optional<RpcId> id;
  std::string method;
  base::json::object params;

  bool IsRequest() const { return id.has_value() && !method.empty(); }
  bool IsNotification() const { return !id.has_value() && !method.empty(); }
};

/// A message that cannot be taken, and the id to answer to if it could be read.
struct BadMessage {
  std::optional<RpcId> id;
  RpcFault fault;
};

/// What one text held.
struct Arrival {
  bool batch = false;
  std::vector<std::expected<Incoming, BadMessage>> messages;

  /// How many of them are answered.
  size_t Answers() const;
};

/// Reads one text: a message or a batch of them. A text that is no JSON, or an empty batch, is one
/// BadMessage.
Arrival ReadText(std::string_view text);

/// Whole messages, without a newline. `result` and `params` are JSON texts.
std::string ResultLine(const RpcId& id, std::string_view result);
std::string FaultLine(const std::optional<RpcId>& id, const RpcFault& fault);
std::string NotificationLine(std::string_view method, std::string_view params);

/// An id or a progress token as JSON text.
std::string IdText(const RpcId& id);
/// A string or an integer; nothing for any other value.
std::optional<RpcId> ReadId(const base::json::value& json);

/// The field of an object if it is there and a string.
const base::json::string* StringIn(const base::json::object& object, std::string_view name);
/// The field of an object if it is there and an object.
const base::json::object* ObjectIn(const base::json::object& object, std::string_view name);

}  // namespace mcp
