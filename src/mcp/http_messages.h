#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "mcp/message.h"

/// Requests and answers of the server, as Beast has them.
namespace mcp {

using Request = boost::beast::http::request<boost::beast::http::string_body>;
using Response = boost::beast::http::response<boost::beast::http::string_body>;

inline constexpr std::string_view kSessionHeader = "Mcp-Session-Id";
inline constexpr std::string_view kRevisionHeader = "MCP-Protocol-Version";

boost::beast::string_view ToBeast(std::string_view text);
std::optional<std::string> HeaderOf(const Request& request, std::string_view name);
/// Empty when there is none.
std::string HeaderOr(const Request& request, std::string_view name);

/// An answer in words, for people.
Response Plain(const Request& request, unsigned status, std::string_view why);
/// An answer that is a message.
Response Json(const Request& request, unsigned status, std::string body);

/// How many answers a text gets: a batch is answered as one, whatever becomes of it.
size_t CountRequests(const Arrival& arrival);
/// Whether it is of the modern era, by its header or by what it says of itself.
bool SaysModern(const Request& request, const Arrival& arrival);
/// Whether it is `initialize` alone.
bool IsInitialize(const Arrival& arrival);

}  // namespace mcp
