#include <array>

#include "mcp/method_groups.h"
#include "mcp/session.h"

namespace mcp {
namespace {

/// Everything that can be asked, in every revision.
constexpr std::array kMethods{
    Method{"initialize", kOldest, kNewestLegacy, Initialize},
    Method{"ping", kOldest, kNewestLegacy, Ping},
    Method{"server/discover", kModern, kModern, Discover},
    Method{"tools/list", kOldest, kModern, ToolsList},
    Method{"tools/call", kOldest, kModern, ToolsCall},
    Method{"resources/list", kOldest, kModern, ResourcesList},
    Method{"resources/templates/list", kOldest, kModern, TemplatesList},
    Method{"resources/read", kOldest, kModern, ResourcesRead},
    Method{"resources/subscribe", kOldest, kNewestLegacy, Subscribe},
    Method{"resources/unsubscribe", kOldest, kNewestLegacy, Unsubscribe},
    Method{"subscriptions/listen", kModern, kModern, Listen},
    Method{"prompts/list", kOldest, kModern, PromptsList},
    Method{"prompts/get", kOldest, kModern, PromptsGet},
    Method{"completion/complete", kOldest, kModern, Complete},
    Method{"logging/setLevel", kOldest, kNewestLegacy, SetLevel},
    Method{"tasks/get", Revision::k20251125, kModern, TasksGet},
    Method{"tasks/cancel", Revision::k20251125, kModern, TasksCancel},
    Method{"tasks/list", Revision::k20251125, Revision::k20251125, TasksList},
    Method{"tasks/result", Revision::k20251125, Revision::k20251125, TasksResult},
    Method{"tasks/update", kModern, kModern, TasksUpdate},
};

bool Offers(const Server& server, std::string_view name) {
  if (name.starts_with("resources/")) {
    return server.resources() != nullptr;
  }
  if (name.starts_with("prompts/")) {
    return !server.prompts().empty();
  }
  if (name.starts_with("completion/")) {
    return OffersCompletion(server);
  }
  if (name.starts_with("logging/")) {
    return server.info().logging;
  }
  return !name.starts_with("tasks/") || OffersTasks(server);
}

}  // namespace

const Method* FindMethod(const Server& server, std::string_view name) {
  for (const Method& method : kMethods) {
    if (method.name == name) {
      return Offers(server, name) ? &method : nullptr;
    }
  }
  return nullptr;
}

}  // namespace mcp
