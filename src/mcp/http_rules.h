#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mcp/message.h"

/// Who may ask over HTTP, and what a request's headers must say. Pure.
namespace mcp {

/// True for `localhost`, `127.0.0.1` and `[::1]`, with or without a port: a name that a page of a
/// stranger's can make its own is none of these.
bool IsLoopbackHost(std::string_view host);
/// The same behind `http://` or `https://`.
bool IsLoopbackOrigin(std::string_view origin);

/// Whether `header` is `Bearer <token>`; takes the same time for every wrong one.
bool IsBearer(std::string_view header, std::string_view token);

/// Whether an `Accept` takes this type; an empty one takes nothing.
bool Accepts(std::string_view accept, std::string_view type);

/// The headers that repeat what a modern request's body says.
struct RepeatedHeaders {
  std::optional<std::string> revision;  ///< MCP-Protocol-Version
  std::optional<std::string> method;    ///< Mcp-Method
  std::optional<std::string> name;      ///< Mcp-Name
};
/// kHeaderMismatch unless they say the same.
std::expected<void, RpcFault> CheckRepeated(const RepeatedHeaders& headers,
                                            const Incoming& message);

/// The status of an answer that is all there is: 200, or what a modern fault's code asks for.
unsigned StatusOfFault(int code);

}  // namespace mcp
