#include "mcp/reply.h"

namespace mcp {

std::string ServerInfoText(const Server& server, Revision revision) {
  const ServerInfo& info = server.info();
  ObjectText text;
  text.Text("name", info.name).Text("version", info.version);
  if (revision >= Revision::k20250618) {
    text.TextIfAny("title", info.title);
  }
  if (revision >= Revision::k20251125) {
    text.TextIfAny("description", info.description).TextIfAny("websiteUrl", info.website);
  }
  return text.Take();
}

std::string FinishResult(Result result, Revision revision, const Server& server) {
  ObjectText& fields = result.fields;
  ObjectText meta;
  for (const auto& [name, json] : result.meta) {
    meta.Raw(name, json);
  }
  if (IsModern(revision)) {
    fields.Text("resultType", result.type);
    if (result.ttl_ms.has_value()) {
      fields.Number("ttlMs", *result.ttl_ms).Text("cacheScope", "private");
    }
    meta.Raw("io.modelcontextprotocol/serverInfo", ServerInfoText(server, revision));
  }
  if (IsModern(revision) || !result.meta.empty()) {
    fields.Raw("_meta", meta.Take());
  }
  return fields.Take();
}

}  // namespace mcp
