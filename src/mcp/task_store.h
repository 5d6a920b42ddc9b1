#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/clock.h"
#include "async/task_group.h"
#include "mcp/message.h"

namespace mcp {

enum class TaskStatus { kWorking, kCompleted, kFailed, kCancelled };
std::string_view TaskStatusName(TaskStatus status);

/// A call that answers later. Its id is not to be guessed. It is kept for its time to live after
/// its beginning, or until the server ends.
struct Task {
  std::string id;
  TaskStatus status = TaskStatus::kWorking;
  std::string message;  ///< how it goes, for people
  int64_t created_ms = 0;
  int64_t updated_ms = 0;
  int64_t ttl_ms = 0;
  /// Once it has ended: the result's JSON object, or the fault.
  std::optional<std::expected<std::string, RpcFault>> outcome;

  bool ended() const { return outcome.has_value(); }
};

/// The tasks of one server.
class TaskStore {
 public:
  /// Between two looks, as clients are told.
  static constexpr int64_t kPollMs = 1000;
  static constexpr int64_t kDefaultTtlMs = int64_t{60} * 60 * 1000;
  static constexpr int64_t kMostTtlMs = int64_t{24} * 60 * 60 * 1000;
  static constexpr size_t kMostTasks = 64;
  /// Tasks that have ended and are remembered; the oldest are forgotten first.
  static constexpr size_t kMostEnded = 192;

  TaskStore(boost::asio::any_io_executor executor, async::Clock& clock);
  TaskStore(const TaskStore&) = delete;
  TaskStore& operator=(const TaskStore&) = delete;

  using Outcome = std::expected<std::string, RpcFault>;
  using Work = std::move_only_function<boost::asio::awaitable<Outcome>()>;

  /// Starts work as a task. Fails (kTooMany) when there are kMostTasks that still work.
  std::expected<Task, RpcFault> Start(std::optional<int64_t> ttl_ms, Work work);
  /// What is known of it; kInvalidParams when there is no such task.
  std::expected<Task, RpcFault> Find(const std::string& id);
  /// All, oldest first.
  std::vector<Task> List();
  /// Ends it. kInvalidParams when there is none, or it has ended.
  std::expected<Task, RpcFault> Cancel(const std::string& id);
  /// Waits for its end.
  boost::asio::awaitable<std::expected<Task, RpcFault>> Await(std::string id);
  /// Ends them all.
  boost::asio::awaitable<void> Close();

 private:
  struct Entry;
  boost::asio::awaitable<void> Run(std::shared_ptr<Entry> entry, Work work);
  boost::asio::awaitable<void> Do(std::shared_ptr<Entry> entry, std::shared_ptr<Work> work);
  void Forget();
  void End(Entry& entry, TaskStatus status);

  boost::asio::any_io_executor executor_;
  async::Clock& clock_;
  std::map<std::string, std::shared_ptr<Entry>> entries_;
  async::TaskGroup tasks_;
};

}  // namespace mcp
