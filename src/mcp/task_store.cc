#include "mcp/task_store.h"

#include <algorithm>
#include <array>
#include <utility>

#include "async/broadcast.h"
#include "base/text.h"
#include "mcp/random_id.h"

namespace mcp {

struct TaskStore::Entry {
  explicit Entry(boost::asio::any_io_executor executor) : over(std::move(executor)) {}
  Task task;
  async::TaskGroup* group = nullptr;
  async::Broadcast over;
};

std::string_view TaskStatusName(TaskStatus status) {
  constexpr std::array<std::string_view, 4> kNames{"working", "completed", "failed", "cancelled"};
  return kNames[static_cast<size_t>(status)];
}

namespace {

std::unexpected<RpcFault> NoTask(const std::string& id) {
  return Fault(kInvalidParams, "there is no task " + base::Quoted(id));
}

}  // namespace

TaskStore::TaskStore(boost::asio::any_io_executor executor, async::Clock& clock)
    : executor_(executor), clock_(clock), tasks_(executor) {}

void TaskStore::Forget() {
  const int64_t now = clock_.WallMs();
  std::erase_if(entries_, [now](const auto& item) {
    const Task& task = item.second->task;
    return task.ended() && now - task.created_ms > task.ttl_ms;
  });
  const auto ended = [](const auto& item) { return item.second->task.ended(); };
  const auto age = [&](const auto& item) {
    return std::pair(!ended(item), item.second->task.created_ms);
  };
  while (std::ranges::count_if(entries_, ended) > static_cast<std::ptrdiff_t>(kMostEnded)) {
    entries_.erase(std::ranges::min_element(entries_, {}, age));
  }
}

std::expected<Task, RpcFault> TaskStore::Start(std::optional<int64_t> ttl_ms, Work work) {
  Forget();
  const auto works = [](const auto& item) { return !item.second->task.ended(); };
  if (std::ranges::count_if(entries_, works) >= static_cast<std::ptrdiff_t>(kMostTasks)) {
    return Fault(kTooMany, "too many tasks at once");
  }
  auto entry = std::make_shared<Entry>(executor_);
  entry->task.id = RandomId();
  entry->task.created_ms = clock_.WallMs();
  entry->task.updated_ms = entry->task.created_ms;
  entry->task.ttl_ms = std::clamp<int64_t>(ttl_ms.value_or(kDefaultTtlMs), 0, kMostTtlMs);
  entry->task.message = "the call is under way";
  entries_[entry->task.id] = entry;
  const Task made = entry->task;
  tasks_.Spawn("task", [this, entry, work = std::move(work)]() mutable {
    return Run(entry, std::move(work));
  });
  return made;
}

boost::asio::awaitable<void> TaskStore::Run(std::shared_ptr<Entry> entry, Work work) {
  const auto shared = std::make_shared<Work>(std::move(work));
  async::TaskGroup group(executor_);
  entry->group = &group;
  group.Spawn("work of a task", [this, entry, shared] { return Do(entry, shared); });
  co_await group.Join();
  entry->group = nullptr;
  if (!entry->task.ended()) {
    entry->task.outcome = Fault(kInternalError, "the call was ended");
    End(*entry, TaskStatus::kFailed);
  }
}

boost::asio::awaitable<void> TaskStore::Do(std::shared_ptr<Entry> entry,
                                           std::shared_ptr<Work> work) {
  Outcome outcome = co_await (*work)();
  if (entry->task.ended()) {
    co_return;
  }
  const bool done = outcome.has_value();
  entry->task.outcome = std::move(outcome);
  End(*entry, done ? TaskStatus::kCompleted : TaskStatus::kFailed);
}

void TaskStore::End(Entry& entry, TaskStatus status) {
  entry.task.status = status;
  entry.task.updated_ms = clock_.WallMs();
  entry.task.message = status == TaskStatus::kCancelled ? "cancelled; what it began goes on" : "";
  entry.over.Fire();
}

std::expected<Task, RpcFault> TaskStore::Find(const std::string& id) {
  Forget();
  const auto found = entries_.find(id);
  if (found == entries_.end()) {
    return NoTask(id);
  }
  return found->second->task;
}

std::vector<Task> TaskStore::List() {
  Forget();
  std::vector<Task> tasks;
  for (const auto& [id, entry] : entries_) {
    tasks.push_back(entry->task);
  }
  std::ranges::stable_sort(tasks, {}, &Task::created_ms);
  return tasks;
}

std::expected<Task, RpcFault> TaskStore::Cancel(const std::string& id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) {
    return NoTask(id);
  }
  Entry& entry = *found->second;
  if (entry.task.ended()) {
    return Fault(kInvalidParams,
                 "the task has ended: " + std::string(TaskStatusName(entry.task.status)));
  }
  entry.task.outcome = Fault(kInternalError, "the task was cancelled");
  End(entry, TaskStatus::kCancelled);
  if (entry.group != nullptr) {
    entry.group->Kill();
  }
  return entry.task;
}

boost::asio::awaitable<void> TaskStore::Close() {
  tasks_.Kill();
  co_await tasks_.Join();
}

boost::asio::awaitable<std::expected<Task, RpcFault>> TaskStore::Await(std::string id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) {
    co_return NoTask(id);
  }
  const std::shared_ptr<Entry> entry = found->second;
  while (!entry->task.ended()) {
    const bool woken = co_await entry->over.Wait();
    if (!woken) {
      co_return Fault(kInternalError, "the wait was given up");
    }
  }
  co_return entry->task;
}

}  // namespace mcp
