#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp/message.h"
#include "mcp/object_text.h"
#include "mcp/revision.h"
#include "mcp/server.h"

namespace mcp {

/// A result before its revision's trimmings.
struct Result {
  ObjectText fields;
  std::string_view type = "complete";  ///< `resultType`, modern only
  /// What the method puts into `_meta`: names and JSON texts.
  std::vector<std::pair<std::string, std::string>> meta;
  /// How long a client may take it for true, modern only; lists and reads say it.
  std::optional<int64_t> ttl_ms;
};
using Reply = std::expected<Result, RpcFault>;

/// How long the lists of what is declared once stay true.
inline constexpr int64_t kStaticTtlMs = int64_t{60} * 60 * 1000;

/// `{"name","version",…}` of the server, as far as the revision has it.
std::string ServerInfoText(const Server& server, Revision revision);
/// The whole result as JSON text.
std::string FinishResult(Result result, Revision revision, const Server& server);

}  // namespace mcp
