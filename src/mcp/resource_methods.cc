#include <utility>

#include "mcp/method_groups.h"
#include "mcp/page.h"
#include "mcp/session.h"

namespace mcp {
namespace {

template <class Info>
void AddCommon(ObjectText& text, const Info& info, Revision revision) {
  text.Text("name", info.name);
  if (revision >= Revision::k20250618) {
    text.TextIfAny("title", info.title);
  }
  text.TextIfAny("description", info.description).TextIfAny("mimeType", info.mime);
}

std::string ResourceText(const ResourceInfo& info, Revision revision) {
  ObjectText text;
  text.Text("uri", info.uri);
  AddCommon(text, info, revision);
  if (info.size.has_value() && revision >= Revision::k20241105) {
    text.Number("size", static_cast<int64_t>(*info.size));
  }
  return text.Take();
}

std::string TemplateText(const TemplateInfo& info, Revision revision) {
  ObjectText text;
  text.Text("uriTemplate", info.uri_template);
  AddCommon(text, info, revision);
  return text.Take();
}

/// A failed read is a fault of the request's, told with its words and code.
std::unexpected<RpcFault> ReadFault(const base::Error& error, const std::string& uri) {
  const bool internal = error.kind() == base::ErrorKind::kBug;
  return Fault(internal ? kInternalError : kInvalidParams, error.message(),
               base::json::object{{"uri", uri}, {"code", error.code()}, {"hint", error.hint()}});
}

std::expected<std::string, RpcFault> UriOf(const Call& call) {
  const base::json::string* uri = StringIn(call.params(), "uri");
  if (uri == nullptr || uri->empty()) {
    return Fault(kInvalidParams, "uri is not a string");
  }
  return std::string(*uri);
}

bool Flagged(const base::json::object& object, std::string_view name) {
  const base::json::value* field = object.if_contains(name);
  return field != nullptr && field->is_bool() && field->get_bool();
}

}  // namespace

boost::asio::awaitable<Reply> ResourcesList(Session& session, Call& call) {
  const std::vector<ResourceInfo> all = co_await session.server().resources()->List();
  co_return PageOf(session.server(), call, "resources", all, ResourceText, 0);
}

boost::asio::awaitable<Reply> TemplatesList(Session& session, Call& call) {
  co_return PageOf(session.server(), call, "resourceTemplates",
                   session.server().resources()->Templates(), TemplateText, kStaticTtlMs);
}

boost::asio::awaitable<Reply> ResourcesRead(Session& session, Call& call) {
  const auto uri = UriOf(call);
  if (!uri) {
    co_return std::unexpected(uri.error());
  }
  const base::Result<std::string> text = co_await session.server().resources()->Read(*uri);
  if (!text) {
    co_return ReadFault(text.error(), *uri);
  }
  ArrayText contents;
  contents.Add(ObjectText()
                   .Text("uri", *uri)
                   .Text("mimeType", "application/json")
                   .Text("text", *text)
                   .Take());
  Result result;
  result.ttl_ms = 0;
  result.fields.Raw("contents", contents.Take());
  co_return result;
}

boost::asio::awaitable<Reply> Subscribe(Session& session, Call& call) {
  const auto uri = UriOf(call);
  if (!uri) {
    co_return std::unexpected(uri.error());
  }
  if (auto added = session.watches().Add(*uri); !added) {
    co_return ReadFault(added.error(), *uri);
  }
  co_return Result();
}

boost::asio::awaitable<Reply> Unsubscribe(Session& session, Call& call) {
  const auto uri = UriOf(call);
  if (!uri) {
    co_return std::unexpected(uri.error());
  }
  session.watches().Remove(*uri);
  co_return Result();
}

boost::asio::awaitable<Reply> Listen(Session& session, Call& call) {
  const base::json::object* wanted = ObjectIn(call.params(), "notifications");
  if (wanted == nullptr) {
    co_return Fault(kInvalidParams, "notifications is not an object");
  }
  const std::string meta = ObjectText().Raw(kSubscriptionKey, IdText(call.id())).Take();
  WatchList::Teller teller;
  teller.updated = [&call, meta](const std::string& uri) {
    call.outlet().Notify(NotificationLine("notifications/resources/updated",
                                          ObjectText().Text("uri", uri).Raw("_meta", meta).Take()));
  };
  teller.list_changed = [&call, meta] {
    call.outlet().Notify(NotificationLine("notifications/resources/list_changed",
                                          ObjectText().Raw("_meta", meta).Take()));
  };
  teller.has_room = [&call] { return call.outlet().Backlog() <= kFullBacklog; };
  WatchList watches(session.server(), std::move(teller));
  ObjectText honoured;
  if (Flagged(*wanted, "resourcesListChanged") && session.server().resources() != nullptr) {
    watches.WatchTheList();
    honoured.Flag("resourcesListChanged", true);
  }
  if (Flagged(*wanted, "toolsListChanged")) {
    // They never change; that is kept to without a word.
    honoured.Flag("toolsListChanged", true);
  }
  if (const base::json::value* uris = wanted->if_contains("resourceSubscriptions")) {
    if (!uris->is_array()) {
      co_return Fault(kInvalidParams, "resourceSubscriptions is not an array");
    }
    ArrayText taken;
    for (const base::json::value& uri : uris->get_array()) {
      if (uri.is_string() && watches.Add(std::string(uri.get_string())).has_value()) {
        taken.Add(base::json::serialize(uri));
      }
    }
    honoured.Raw("resourceSubscriptions", taken.Take());
  }
  call.outlet().Notify(NotificationLine(
      "notifications/subscriptions/acknowledged",
      ObjectText().Raw("notifications", honoured.Take()).Raw("_meta", meta).Take()));
  co_await watches.Run();
  Result result;
  result.meta.emplace_back(kSubscriptionKey, IdText(call.id()));
  co_return result;
}

}  // namespace mcp
