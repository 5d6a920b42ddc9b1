#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <utility>

#include "mcp/method_groups.h"
#include "mcp/page.h"
#include "mcp/session.h"

namespace mcp {
namespace {

constexpr std::string_view kExtension = "io.modelcontextprotocol/tasks";
constexpr std::string_view kRelatedKey = "io.modelcontextprotocol/related-task";

/// "2026-07-28T09:30:00.125Z"
std::string IsoTime(int64_t wall_ms) {
  const std::time_t seconds = wall_ms / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     wall_ms % 1000);
}

void AddTask(ObjectText& text, const Task& task, Revision revision) {
  const bool modern = IsModern(revision);
  text.Text("taskId", task.id)
      .Text("status", TaskStatusName(task.status))
      .TextIfAny("statusMessage", task.message)
      .Text("createdAt", IsoTime(task.created_ms))
      .Text("lastUpdatedAt", IsoTime(task.updated_ms))
      .Number(modern ? "ttlMs" : "ttl", task.ttl_ms)
      .Number(modern ? "pollIntervalMs" : "pollInterval", TaskStore::kPollMs);
}

/// The modern answer holds what the task came to.
void AddOutcome(ObjectText& text, const Task& task) {
  if (task.status == TaskStatus::kCompleted) {
    text.Raw("result", **task.outcome);
  } else if (task.status == TaskStatus::kFailed) {
    const RpcFault& fault = task.outcome->error();
    text.Raw("error",
             ObjectText().Number("code", fault.code).Text("message", fault.message).Take());
  }
}

/// The task that a request names, if its client may ask.
std::expected<Task, RpcFault> TaskOf(Session& session, const Call& call) {
  if (IsModern(call.revision()) && !KnowsTasks(call)) {
    return Fault(
        kMissingCapability, "tasks are for clients that say that they know them",
        base::json::object{
            {"requiredCapabilities",
             base::json::object{
                 {"extensions", base::json::object{{kExtension, base::json::object{}}}}}}});
  }
  const base::json::string* id = StringIn(call.params(), "taskId");
  if (id == nullptr) {
    return Fault(kInvalidParams, "taskId is not a string");
  }
  return session.server().tasks().Find(std::string(*id));
}

boost::asio::awaitable<TaskStore::Outcome> RunAsTask(Server& server, const Tool& tool,
                                                     base::json::object arguments,
                                                     std::shared_ptr<Call> call) {
  Result result = co_await RunTool(server, tool, std::move(arguments), *call);
  co_return IsModern(call->revision()) ? FinishResult(std::move(result), call->revision(), server)
                                       : result.fields.Take();
}

}  // namespace

bool OffersTasks(const Server& server) {
  return std::ranges::any_of(server.tools(), &Tool::task_support);
}

bool KnowsTasks(const Call& call) {
  const auto* capabilities = ObjectIn(call.meta(), "io.modelcontextprotocol/clientCapabilities");
  const auto* extensions =
      capabilities == nullptr ? nullptr : ObjectIn(*capabilities, "extensions");
  return extensions != nullptr && ObjectIn(*extensions, kExtension) != nullptr;
}

Reply StartAsTask(Session& session, Call& call, const Tool& tool, base::json::object arguments) {
  std::optional<int64_t> ttl_ms;
  if (const auto* task = ObjectIn(call.params(), "task")) {
    if (const base::json::value* ttl = task->if_contains("ttl");
        ttl != nullptr && ttl->is_int64()) {
      ttl_ms = ttl->get_int64();
    }
  }
  const auto later = std::make_shared<Call>(call.request(), call.revision(), call.shared_outlet());
  Server& server = session.server();
  const auto task = server.tasks().Start(
      ttl_ms, [&server, &tool, arguments = std::move(arguments), later]() mutable {
        return RunAsTask(server, tool, std::move(arguments), later);
      });
  if (!task) {
    return std::unexpected(task.error());
  }
  Result result;
  if (IsModern(call.revision())) {
    result.type = "task";
    AddTask(result.fields, *task, call.revision());
  } else {
    ObjectText inside;
    AddTask(inside, *task, call.revision());
    result.fields.Raw("task", inside.Take());
  }
  return result;
}

boost::asio::awaitable<Reply> TasksGet(Session& session, Call& call) {
  const auto task = TaskOf(session, call);
  if (!task) {
    co_return std::unexpected(task.error());
  }
  Result result;
  AddTask(result.fields, *task, call.revision());
  if (IsModern(call.revision())) {
    AddOutcome(result.fields, *task);
  }
  co_return result;
}

boost::asio::awaitable<Reply> TasksCancel(Session& session, Call& call) {
  const auto known = TaskOf(session, call);
  if (!known) {
    co_return std::unexpected(known.error());
  }
  const auto task = session.server().tasks().Cancel(known->id);
  if (IsModern(call.revision())) {
    co_return Result();  // an acknowledgement: what has ended stays as it is
  }
  if (!task) {
    co_return std::unexpected(task.error());
  }
  Result result;
  AddTask(result.fields, *task, call.revision());
  co_return result;
}

boost::asio::awaitable<Reply> TasksList(Session& session, Call& call) {
  const auto text_of = [](const Task& task, Revision revision) {
    ObjectText text;
    AddTask(text, task, revision);
    return text.Take();
  };
  co_return PageOf(session.server(), call, "tasks", session.server().tasks().List(), text_of,
                   std::nullopt);
}

boost::asio::awaitable<Reply> TasksResult(Session& session, Call& call) {
  auto task = TaskOf(session, call);
  if (task) {
    task = co_await session.server().tasks().Await(task->id);
  }
  if (!task) {
    co_return std::unexpected(task.error());
  }
  if (!task->outcome->has_value()) {
    co_return std::unexpected(task->outcome->error());
  }
  Result result;
  result.fields = ObjectText::Of(**task->outcome);
  result.meta.emplace_back(kRelatedKey, ObjectText().Text("taskId", task->id).Take());
  co_return result;
}

boost::asio::awaitable<Reply> TasksUpdate(Session& session, Call& call) {
  // No task here ever asks for input, so there is nothing to give it.
  const auto task = TaskOf(session, call);
  co_return task ? Reply(Result()) : std::unexpected(task.error());
}

}  // namespace mcp
