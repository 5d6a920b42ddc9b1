#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "async/clock.h"

namespace async {

/// Makes the coroutine of a task. The function object lives as long as the task, so a lambda with
/// captures may itself be the coroutine: `Spawn("pump", [this]() -> awaitable<void> {…})`.
using TaskFactory = std::move_only_function<boost::asio::awaitable<void>()>;

/// Told when a task ends by an exception other than its cancellation.
using FailureReport = std::function<void(std::string_view task, std::string_view what)>;

/// The owner of every coroutine started inside it; nothing runs outside a group. One thread.
/// Stop in two steps: total cancellation is asked for, and after a grace terminal cancellation.
/// Whatever the tasks refer to must outlive Join(); destroying a group with tasks inside asks them
/// to end at once and leaves their frames to the event loop. Destroy it before the loop.
///
/// A task has its first turn inside Spawn where the loop runs, else in a later turn of the loop. It
/// has it although the group is stopped before, and is cancelled at its first wait: what a task
/// promises at its end it can keep. Only a group's destruction lets what has not begun fall.
class TaskGroup {
 public:
  /// Without `report`, a failure is written to the log as an error with the task's name.
  explicit TaskGroup(boost::asio::any_io_executor executor, FailureReport report = {});
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts a task on the executor. After RequestStop() or Kill() a new task is not started at all
  /// (`false`): a stopping group does not grow.
  bool Spawn(std::string name, TaskFactory factory);

  /// Asks every task to stop (total cancellation). Returns at once.
  void RequestStop();

  /// Ends every task at its current wait (terminal cancellation). Returns at once.
  void Kill();

  /// Returns when no task is left. Does not stop anything.
  boost::asio::awaitable<void> Join();

  /// RequestStop(), then Kill() for those still there after `grace`, then Join(). Not to be called
  /// by a task of this group.
  boost::asio::awaitable<void> Stop(Clock& clock, Duration grace);

  size_t size() const;
  /// The names of the tasks that still run, oldest first.
  std::vector<std::string> Names() const;

  const boost::asio::any_io_executor& executor() const;

 private:
  struct State;
  struct Ending;
  std::shared_ptr<State> state_;
};

}  // namespace async
