#include "async/task_group.h"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <list>
#include <utility>

#include "async/notifier.h"
#include "base/bug.h"
#include "base/log.h"

namespace async {
namespace asio = boost::asio;
namespace {

struct Task {
  std::string name;
  asio::cancellation_signal cancel;
};

/// The root of every task. The factory lives in this frame, and with it what it captured.
asio::awaitable<void> RunTask(TaskFactory factory) {
  // By default a coroutine hears terminal cancellation only; the first step of a stop is total.
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  co_await factory();
}

bool IsCancellation(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    return error.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

std::string WhatOf(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception of unknown type";
  }
}

void LogFailure(std::string_view task, std::string_view what) {
  base::LogError("task_group", "task {} ended by an exception: {}", task, what);
}

}  // namespace

struct TaskGroup::State {
  State(asio::any_io_executor on, FailureReport to)
      : executor(std::move(on)), report(std::move(to)), ended(executor) {}

  void EmitAll(asio::cancellation_type type) {
    // A cancelled task may end inside emit and remove itself; the iterator steps on first.
    for (auto task = tasks.begin(); task != tasks.end();) {
      const auto current = task++;
      current->cancel.emit(type);
    }
  }

  void End(std::list<Task>::iterator task, const std::exception_ptr& failure) {
    if (failure && !IsCancellation(failure)) {
      report(task->name, WhatOf(failure));
    }
    tasks.erase(task);
    if (tasks.empty()) {
      ended.Notify();
    }
  }

  asio::any_io_executor executor;
  FailureReport report;
  std::list<Task> tasks;
  Notifier ended;
  bool stopping = false;
};

/// What co_spawn calls at a task's end. A type of its own and not bind_cancellation_slot: that one
/// has an executor, so that co_spawn posts a cancellation from outside the loop, to a task that may
/// have ended (and been freed) when it arrives.
struct TaskGroup::Ending {
  using cancellation_slot_type = asio::cancellation_slot;
  cancellation_slot_type get_cancellation_slot() const noexcept { return task->cancel.slot(); }
  void operator()(const std::exception_ptr& failure) const { state->End(task, failure); }

  std::shared_ptr<State> state;
  std::list<Task>::iterator task;
};

TaskGroup::TaskGroup(asio::any_io_executor executor, FailureReport report)
    : state_(std::make_shared<State>(std::move(executor),
                                     report ? std::move(report) : FailureReport(LogFailure))) {}

TaskGroup::~TaskGroup() {
  Kill();
}

bool TaskGroup::Spawn(std::string name, TaskFactory factory) {
  if (state_->stopping) {
    return false;
  }
  const auto task = state_->tasks.emplace(state_->tasks.end());
  task->name = std::move(name);
  asio::co_spawn(state_->executor, RunTask(std::move(factory)), Ending{state_, task});
  return true;
}

void TaskGroup::RequestStop() {
  state_->stopping = true;
  state_->EmitAll(asio::cancellation_type::total);
}

void TaskGroup::Kill() {
  state_->stopping = true;
  state_->EmitAll(asio::cancellation_type::terminal);
}

asio::awaitable<void> TaskGroup::Join() {
  const std::shared_ptr<State> state = state_;
  while (!state->tasks.empty()) {
    const bool woken = co_await state->ended.Wait();
    if (!woken) {
      co_return;
    }
  }
  // Lets a second one that joins see the empty group too.
  state->ended.Notify();
}

asio::awaitable<void> TaskGroup::Stop(Clock& clock, Duration grace) {
  RequestStop();
  TaskGroup timer(state_->executor);
  const std::shared_ptr<State> state = state_;
  timer.Spawn("grace", [state, &clock, grace]() -> asio::awaitable<void> {
    const bool passed = co_await clock.Sleep(grace);
    if (passed) {
      state->EmitAll(asio::cancellation_type::terminal);
    }
  });
  co_await Join();
  timer.Kill();
  co_await timer.Join();
}

size_t TaskGroup::size() const {
  return state_->tasks.size();
}

std::vector<std::string> TaskGroup::Names() const {
  std::vector<std::string> names;
  for (const Task& task : state_->tasks) {
    names.push_back(task.name);
  }
  return names;
}

const asio::any_io_executor& TaskGroup::executor() const {
  return state_->executor;
}

}  // namespace async
