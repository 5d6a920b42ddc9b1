#include "async/task_group.h"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <list>
#include <memory>
#include <utility>

#include "async/notifier.h"
#include "base/bug.h"
#include "base/log.h"

namespace async {
namespace asio = boost::asio;
namespace {

/// A cancellation that comes before the first turn waits for it: Asio 1.81 would throw it out of
/// the event loop (co_spawn's own frame stands at a wait then, with nobody above to catch).
struct Task {
  std::string name;
  asio::cancellation_signal cancel;
  bool begun = false;
  asio::cancellation_type early = asio::cancellation_type::none;

  void Cancel(asio::cancellation_type type) {
    if (begun) {
      cancel.emit(type);
    } else {
      early = type;  // what is asked for later is never less
    }
  }
};

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
  using Place = std::list<std::shared_ptr<Task>>::iterator;

  State(asio::any_io_executor on, FailureReport to)
      : executor(std::move(on)), report(std::move(to)), ended(executor) {}

  void EmitAll(asio::cancellation_type type) {
    // A cancelled task may end inside emit and remove itself; the iterator steps on first.
    for (auto task = tasks.begin(); task != tasks.end();) {
      const std::shared_ptr<Task> current = *task++;
      current->Cancel(type);
    }
  }

  void End(Place place, const std::exception_ptr& failure) {
    if (failure && !IsCancellation(failure)) {
      report((*place)->name, WhatOf(failure));
    }
    tasks.erase(place);
    if (tasks.empty()) {
      ended.Notify();
    }
  }

  /// For a task's first turn: what was asked of it earlier is heard at its first wait.
  void Begin(const std::shared_ptr<Task>& task) {
    task->begun = true;
    if (task->early != asio::cancellation_type::none) {
      asio::post(executor, [weak = std::weak_ptr(task)] {
        if (const std::shared_ptr<Task> waiting = weak.lock()) {
          waiting->cancel.emit(waiting->early);
        }
      });
    }
  }

  /// The root of every task. The factory lives in this frame, and with it what it captured.
  static asio::awaitable<void> Run(std::shared_ptr<State> state, std::shared_ptr<Task> task,
                                   TaskFactory factory) {
    if (state->destroyed) {
      co_return;
    }
    state->Begin(task);
    // By default a coroutine hears terminal cancellation only; the first step of a stop is total.
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    std::exception_ptr failure;
    try {
      co_await factory();
    } catch (...) {
      failure = std::current_exception();
    }
    // co_spawn may wait once more, where nobody would catch a cancellation that came meanwhile.
    co_await asio::this_coro::throw_if_cancelled(false);
    if (failure) {
      std::rethrow_exception(failure);
    }
  }

  asio::any_io_executor executor;
  FailureReport report;
  std::list<std::shared_ptr<Task>> tasks;
  Notifier ended;
  bool stopping = false;
  bool destroyed = false;
};

/// What co_spawn calls at a task's end. A type of its own and not bind_cancellation_slot: that one
/// has an executor, so that co_spawn posts a cancellation from outside the loop, to a task that may
/// have ended (and been freed) when it arrives.
struct TaskGroup::Ending {
  using cancellation_slot_type = asio::cancellation_slot;
  cancellation_slot_type get_cancellation_slot() const noexcept { return (*place)->cancel.slot(); }
  void operator()(const std::exception_ptr& failure) const { state->End(place, failure); }

  std::shared_ptr<State> state;
  State::Place place;
};

TaskGroup::TaskGroup(asio::any_io_executor executor, FailureReport report)
    : state_(std::make_shared<State>(std::move(executor),
                                     report ? std::move(report) : FailureReport(LogFailure))) {}

TaskGroup::~TaskGroup() {
  state_->destroyed = true;
  Kill();
}

bool TaskGroup::Spawn(std::string name, TaskFactory factory) {
  if (state_->stopping) {
    return false;
  }
  const auto task = std::make_shared<Task>();
  task->name = std::move(name);
  const auto place = state_->tasks.insert(state_->tasks.end(), task);
  asio::co_spawn(state_->executor, State::Run(state_, task, std::move(factory)),
                 Ending{state_, place});
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
  for (const std::shared_ptr<Task>& task : state_->tasks) {
    names.push_back(task->name);
  }
  return names;
}

const asio::any_io_executor& TaskGroup::executor() const {
  return state_->executor;
}

}  // namespace async
