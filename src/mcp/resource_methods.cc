#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "async/notifier.h"
#include "mcp/method_groups.h"
#include "mcp/session.h"

namespace mcp {
namespace {

constexpr size_t kMostCompletions = 100;
constexpr std::string_view kSubscriptionKey = "io.modelcontextprotocol/subscriptionId";

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
  const auto page = FindPage(call.params(), all.size(), session.server().info().page_size);
  if (!page) {
    co_return std::unexpected(page.error());
  }
  ArrayText list;
  for (size_t i = page->begin; i < page->end; ++i) {
    list.Add(ResourceText(all[i], call.revision()));
  }
  Result result;
  result.ttl_ms = 0;
  result.fields.Raw("resources", list.Take()).TextIfAny("nextCursor", page->next);
  co_return result;
}

boost::asio::awaitable<Reply> TemplatesList(Session& session, Call& call) {
  const std::vector<TemplateInfo> all = session.server().resources()->Templates();
  const auto page = FindPage(call.params(), all.size(), session.server().info().page_size);
  if (!page) {
    co_return std::unexpected(page.error());
  }
  ArrayText list;
  for (size_t i = page->begin; i < page->end; ++i) {
    list.Add(TemplateText(all[i], call.revision()));
  }
  Result result;
  result.ttl_ms = kStaticTtlMs;
  result.fields.Raw("resourceTemplates", list.Take()).TextIfAny("nextCursor", page->next);
  co_return result;
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

boost::asio::awaitable<Reply> Complete(Session& session, Call& call) {
  const base::json::object* ref = ObjectIn(call.params(), "ref");
  const base::json::object* argument = ObjectIn(call.params(), "argument");
  const base::json::string* type = ref == nullptr ? nullptr : StringIn(*ref, "type");
  const base::json::string* uri = ref == nullptr ? nullptr : StringIn(*ref, "uri");
  const base::json::string* name = argument == nullptr ? nullptr : StringIn(*argument, "name");
  const base::json::string* begin = argument == nullptr ? nullptr : StringIn(*argument, "value");
  if (type == nullptr || name == nullptr || begin == nullptr) {
    co_return Fault(kInvalidParams, "ref or argument is not as it must be");
  }
  if (*type != "ref/resource" || uri == nullptr) {
    co_return Fault(kInvalidParams, "only the variables of resource templates are completed");
  }
  const std::vector<TemplateInfo> templates = session.server().resources()->Templates();
  if (std::ranges::find(templates, std::string_view(*uri), &TemplateInfo::uri_template) ==
      templates.end()) {
    co_return Fault(kInvalidParams, "there is no such resource template");
  }
  const Completion found = co_await session.server().resources()->Complete(
      std::string(*uri), std::string(*name), std::string(*begin));
  ArrayText values;
  for (size_t i = 0; i < std::min(found.values.size(), kMostCompletions); ++i) {
    std::string text;
    base::AppendJsonString(text, found.values[i]);
    values.Add(text);
  }
  Result result;
  result.fields.Raw("completion", ObjectText()
                                      .Raw("values", values.Take())
                                      .Number("total", static_cast<int64_t>(found.values.size()))
                                      .Flag("hasMore", found.values.size() > kMostCompletions)
                                      .Take());
  co_return result;
}

}  // namespace mcp
