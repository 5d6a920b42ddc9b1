#include "mcp/expose.h"

#include <algorithm>
#include <array>
#include <utility>

#include "async/deadline.h"
#include "async/notifier.h"
#include "async/task_group.h"
#include "base/bug.h"
#include "base/text.h"
#include "mcp/object_text.h"
#include "mcp/uri.h"

namespace mcp {
namespace {

using boost::asio::awaitable;
using surface::MemberKind;

constexpr async::Duration kFirstValue = std::chrono::seconds(5);
/// How often a surface that went away is looked for while somebody watches it.
constexpr async::Duration kAgain = std::chrono::seconds(1);

/// `counter.add` is the tool `counter_add`.
std::string ToolName(std::string_view member) {
  std::string name(member);
  std::ranges::replace(name, '.', '_');
  return name;
}

/// Gathers what one subscription shows: the fields of a cell, or the items of a collection.
struct Gathered {
  explicit Gathered(const boost::asio::any_io_executor& executor) : arrived(executor) {}
  base::json::object fields;
  bool whole = false;
  std::optional<base::Error> ended;
  async::Notifier arrived;
};

surface::Client::RawHandler GatherInto(const std::shared_ptr<Gathered>& gathered) {
  surface::Client::RawHandler handler;
  handler.on_next = [gathered](const base::json::object& params) {
    if (const auto* snapshot = ObjectIn(params, "snapshot")) {
      for (const auto& [name, value] : *snapshot) {
        gathered->fields[name] = value;
      }
    }
    if (!params.contains("more")) {
      gathered->whole = true;
      gathered->arrived.Notify();
    }
  };
  handler.on_end = [gathered](base::Result<base::json::object> end) {
    gathered->ended =
        end ? base::Error(base::ErrorKind::kGone, "closed", "the member has ended") : end.error();
    gathered->arrived.Notify();
  };
  return handler;
}

awaitable<void> UntilWhole(std::shared_ptr<Gathered> gathered) {
  while (!gathered->whole && !gathered->ended.has_value()) {
    const bool woken = co_await gathered->arrived.Wait();
    if (!woken) {
      co_return;
    }
  }
}

/// Follows one member for as long as it lives, over one link after the other.
class MemberWatch final : public Watch {
 public:
  MemberWatch(const boost::asio::any_io_executor& executor, async::Clock& clock, SurfaceDoor& door,
              std::string member, std::function<void()> changed)
      : state_(std::make_shared<State>(executor)), tasks_(executor) {
    state_->changed = std::move(changed);
    tasks_.Spawn("watch " + member, [state = state_, &clock, &door, member] {
      return Follow(state, &clock, &door, member);
    });
  }
  ~MemberWatch() override {
    state_->changed = [] {};
  }

 private:
  struct State {
    explicit State(const boost::asio::any_io_executor& executor) : ended(executor) {}
    std::function<void()> changed;
    bool seen = false;  ///< the first snapshot is no change
    async::Notifier ended;
  };

  static awaitable<void> Follow(std::shared_ptr<State> state, async::Clock* clock,
                                SurfaceDoor* door, std::string member) {
    for (;;) {
      const auto client = co_await door->Open();
      if (client) {
        surface::Client::RawHandler handler;
        handler.on_next = [state](const base::json::object&) {
          if (std::exchange(state->seen, true)) {
            state->changed();
          }
        };
        handler.on_end = [state](const base::Result<base::json::object>&) {
          state->ended.Notify();
        };
        const int64_t number = (*client)->SubscribeRaw(member, "{}", std::move(handler));
        const bool woken = co_await state->ended.Wait();
        (*client)->Unsubscribe(number);
        if (!woken) {
          co_return;
        }
        state->changed();
      }
      const bool passed = co_await clock->Sleep(kAgain);
      if (!passed) {
        co_return;
      }
    }
  }

  std::shared_ptr<State> state_;
  async::TaskGroup tasks_;
};

awaitable<base::Result<ToolResult>> CallMember(SurfaceDoor* door, std::string member,
                                               base::json::value arguments) {
  const auto client = co_await door->Open();
  if (!client) {
    co_return base::Pass(client.error());
  }
  const std::string params = base::json::serialize(arguments);
  const auto answer = co_await (*client)->CallRaw(member, params);
  if (!answer) {
    co_return base::Pass(answer.error());
  }
  ToolResult result;
  // Results are objects, whatever a procedure answers.
  result.structured = answer->is_object() ? base::json::serialize(*answer)
                                          : ObjectText().Json("value", *answer).Take();
  co_return result;
}

}  // namespace

std::string MemberUri(MemberKind kind, std::string_view member) {
  constexpr std::array<std::string_view, 4> kFolders{"cells", "collections", "streams", "events"};
  const auto index = static_cast<size_t>(kind);
  BUG_IF(index >= kFolders.size(), "a procedure has no uri");
  return "surface://" + std::string(kFolders[index]) + "/" + std::string(member);
}

ExposedSurface::ExposedSurface(Server& server, const surface::ContractDescription& description,
                               std::span<const Exposed> rows, SurfaceDoor& door)
    : server_(server), door_(door) {
  for (const Exposed& row : rows) {
    const auto member =
        std::ranges::find(description.members, row.member, &surface::MemberDescription::name);
    BUG_IF(member == description.members.end(), "a member is exposed that the surface has not");
    if (member->kind == MemberKind::kCell || member->kind == MemberKind::kCollection) {
      members_.push_back(Shown{row, member->kind});
      continue;
    }
    BUG_IF(member->kind != MemberKind::kProcedure, "a stream or an event is exposed");
    Tool tool;
    tool.name = ToolName(row.member);
    tool.title = row.title;
    tool.description = row.description;
    tool.hints = row.hints;
    tool.input_schema = InputSchema(member->input, row.notes);
    tool.output_schema = OutputSchema(member->value);
    tool.function = [&door, name = member->name](base::json::value arguments, Call&) {
      return CallMember(&door, name, std::move(arguments));
    };
    server.Add(std::move(tool));
  }
  server.SetResources(*this);
}

awaitable<std::vector<ResourceInfo>> ExposedSurface::List() {
  std::vector<ResourceInfo> list;
  for (const Shown& shown : members_) {
    ResourceInfo info;
    info.uri = MemberUri(shown.kind, shown.row.member);
    info.name = shown.row.member;
    info.title = shown.row.title;
    info.description = shown.row.description;
    list.push_back(std::move(info));
  }
  co_return list;
}

std::vector<TemplateInfo> ExposedSurface::Templates() const {
  std::vector<TemplateInfo> list;
  for (const Shown& shown : members_) {
    if (shown.kind == MemberKind::kCollection) {
      TemplateInfo info;
      info.uri_template = MemberUri(shown.kind, shown.row.member) + "/{id}";
      info.name = std::string(shown.row.member) + " item";
      info.description = shown.row.description;
      list.push_back(std::move(info));
    }
  }
  return list;
}

std::optional<ExposedSurface::Place> ExposedSurface::Find(std::string_view uri) const {
  for (const Shown& shown : members_) {
    const std::string own = MemberUri(shown.kind, shown.row.member);
    if (uri == own) {
      return Place{&shown, std::nullopt};
    }
    if (shown.kind == MemberKind::kCollection && uri.starts_with(own + "/")) {
      auto item = DecodeSegment(uri.substr(own.size() + 1));
      return item && !item->empty() ? std::optional(Place{&shown, std::move(item)}) : std::nullopt;
    }
  }
  return std::nullopt;
}

awaitable<base::Result<base::json::object>> ExposedSurface::Snapshot(std::string member) {
  const auto client = co_await door_.Open();
  if (!client) {
    co_return base::Pass(client.error());
  }
  const auto gathered = std::make_shared<Gathered>(server_.executor());
  const int64_t number = (*client)->SubscribeRaw(member, "{}", GatherInto(gathered));
  const auto complete =
      co_await async::WithDeadline(server_.clock(), kFirstValue, UntilWhole(gathered), member);
  (*client)->Unsubscribe(number);
  if (gathered->ended.has_value()) {
    co_return base::Pass(*gathered->ended);
  }
  if (!complete) {
    co_return base::Pass(complete.error());
  }
  co_return std::move(gathered->fields);
}

awaitable<base::Result<std::string>> ExposedSurface::Read(std::string uri) {
  const std::optional<Place> place = Find(uri);
  if (!place.has_value()) {
    co_return base::Pass(UnknownResource(uri));
  }
  auto snapshot = co_await Snapshot(std::string(place->member->row.member));
  if (!snapshot) {
    co_return base::Pass(snapshot.error());
  }
  if (place->item.has_value()) {
    const base::json::value* item = snapshot->if_contains(*place->item);
    if (item == nullptr) {
      co_return base::Pass(UnknownResource(uri));
    }
    co_return base::json::serialize(*item);
  }
  if (place->member->kind == MemberKind::kCollection) {
    base::json::array keys;
    for (const auto& [key, value] : *snapshot) {
      keys.emplace_back(key);
    }
    co_return base::json::serialize(base::json::object{{"keys", std::move(keys)}});
  }
  co_return base::json::serialize(*snapshot);
}

base::Result<std::unique_ptr<Watch>> ExposedSurface::Subscribe(const std::string& uri,
                                                               std::function<void()> changed) {
  const std::optional<Place> place = Find(uri);
  if (!place.has_value()) {
    return base::Pass(UnknownResource(uri));
  }
  return std::make_unique<MemberWatch>(server_.executor(), server_.clock(), door_,
                                       std::string(place->member->row.member), std::move(changed));
}

awaitable<Completion> ExposedSurface::Complete(std::string uri_template, std::string argument,
                                               std::string begin) {
  Completion completion;
  constexpr std::string_view kVariable = "/{id}";
  if (argument != "id" || !uri_template.ends_with(kVariable)) {
    co_return completion;
  }
  const std::string own = uri_template.substr(0, uri_template.size() - kVariable.size());
  const std::optional<Place> place = Find(own);
  if (!place.has_value()) {
    co_return completion;
  }
  const auto snapshot = co_await Snapshot(std::string(place->member->row.member));
  if (snapshot) {
    for (const auto& [key, value] : *snapshot) {
      if (key.starts_with(begin)) {
        completion.values.emplace_back(key);
      }
    }
  }
  co_return completion;
}

}  // namespace mcp
