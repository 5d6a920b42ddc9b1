#include <string>
#include <utility>

#include "mcp/method_groups.h"
#include "mcp/session.h"

namespace mcp {
namespace {

std::string Capabilities(const Server& server, Revision revision) {
  const bool legacy = !IsModern(revision);
  ObjectText text;
  text.Raw("tools", "{}");
  if (server.resources() != nullptr) {
    text.Raw("resources", R"({"subscribe":true,"listChanged":true})");
  }
  if (!server.prompts().empty()) {
    text.Raw("prompts", "{}");
  }
  if (OffersCompletion(server) && revision >= Revision::k20250326) {
    text.Raw("completions", "{}");
  }
  if (server.info().logging) {
    text.Raw("logging", "{}");
  }
  if (OffersTasks(server) && revision == Revision::k20251125) {
    text.Raw("tasks", R"({"list":{},"cancel":{},"requests":{"tools":{"call":{}}}})");
  }
  if (OffersTasks(server) && !legacy) {
    text.Raw("extensions", R"({"io.modelcontextprotocol/tasks":{}})");
  }
  return text.Take();
}

}  // namespace

boost::asio::awaitable<Reply> Initialize(Session& session, Call& call) {
  const base::json::string* asked = StringIn(call.params(), "protocolVersion");
  if (asked == nullptr) {
    co_return Fault(kInvalidParams, "protocolVersion is not a string");
  }
  if (session.negotiated().has_value()) {
    co_return Fault(kInvalidRequest, "this session is initialized already");
  }
  const Revision revision = NegotiateLegacy(*asked);
  session.Negotiate(revision);
  const Server& server = session.server();
  if (server.resources() != nullptr) {
    session.watches().WatchTheList();
  }
  Result result;
  result.fields.Text("protocolVersion", RevisionName(revision))
      .Raw("capabilities", Capabilities(server, revision))
      .Raw("serverInfo", ServerInfoText(server, revision))
      .TextIfAny("instructions", server.info().instructions);
  co_return result;
}

boost::asio::awaitable<Reply> Discover(Session& session, Call& call) {
  const Server& server = session.server();
  Result result;
  result.ttl_ms = kStaticTtlMs;
  ArrayText supported;
  supported.Add("\"" + std::string(RevisionName(kModern)) + "\"");
  result.fields.Raw("supportedVersions", supported.Take())
      .Raw("capabilities", Capabilities(server, call.revision()))
      .TextIfAny("instructions", server.info().instructions);
  co_return result;
}

boost::asio::awaitable<Reply> Ping(Session& /*session*/, Call& /*call*/) {
  co_return Result();
}

boost::asio::awaitable<Reply> SetLevel(Session& session, Call& call) {
  const base::json::string* name = StringIn(call.params(), "level");
  const std::optional<LogLevel> level = name == nullptr ? std::nullopt : FindLogLevel(*name);
  if (!level.has_value()) {
    co_return Fault(kInvalidParams, "level is none of the severities of RFC 5424");
  }
  session.set_log_level(*level);
  co_return Result();
}

}  // namespace mcp
