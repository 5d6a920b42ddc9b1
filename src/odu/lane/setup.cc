#include "odu/lane/setup.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "odu/lane/workspace.h"
#include "os/environment.h"

namespace odu::lane {

using model::NodeStatus;

/// What the task and the object share: the task may end after the object.
struct Setup::State {
  State(RecipeContext& shared, async::Clock& time, SetupCall what, OnEnd when_over)
      : context(shared),
        clock(time),
        call(std::move(what)),
        on_end(std::move(when_over)),
        tasks(shared.tasks.executor()),
        spared(shared.supervisor.Spare()) {}

  RecipeContext& context;
  async::Clock& clock;
  SetupCall call;
  OnEnd on_end;
  async::TaskGroup tasks;
  std::shared_ptr<void> spared;  ///< git's processes are nobody's orphans
  std::shared_ptr<AttemptLog> log;
  std::string story;
  base::Result<void> result = base::Fail(base::ErrorKind::kCancelled, "cancelled", "cancelled");
  std::string write_failure;
  bool stopped = false;

  void Stop() {
    stopped = true;
    tasks.Kill();
  }

  std::string Shown(std::string_view text) const {
    return context.masked ? context.masked->Masked(text) : std::string(text);
  }

  void Tell(std::string_view line) {
    const std::string text = Shown(line) + "\n";
    story += text;
    if (auto written = log->Append(text); !written && write_failure.empty()) {
      write_failure =
          written.error().code() == "disk_full" ? "disk full" : written.error().message();
    }
  }

  static boost::asio::awaitable<void> Run(std::shared_ptr<State> self) {
    // Whatever happens inside, also a cancellation, the end is told; and not from inside the task,
    // whose group dies with this state.
    const std::shared_ptr<void> at_end(nullptr, [self](void*) {
      boost::asio::post(self->tasks.executor(), [self] { Finish(self); });
    });
    if (self->stopped) {
      co_return;  // before its first turn
    }
    git::LoopRunner runner(self->context.reaper, self->clock,
                           os::Environment(self->call.environment));
    // Named: GCC 12 destroys a closure twice that is a temporary of a co_await.
    Told told = [self](std::string_view line) { self->Tell(line); };
    auto made =
        co_await MakeWorkspace(runner, self->call.source, self->call.again, std::move(told));
    self->result = std::move(made);
  }

  static void Finish(const std::shared_ptr<State>& self) {
    self->spared.reset();
    if (!self->on_end) {
      return;
    }
    RecipeEnd end;
    end.status = self->result ? NodeStatus::kOk : NodeStatus::kFailed;
    if (self->result) {
      end.exit_code = 0;
    } else {
      end.reason = self->Shown(self->result.error().message());
    }
    if (self->log) {
      self->log->Seal();
      end.log_bytes = self->log->size();
      end.log_sha256 = base::Sha256Hex(self->story);
      end.log_complete = true;
    }
    if (!self->write_failure.empty()) {
      end.status = NodeStatus::kErrored;
      end.reason = self->write_failure;
      end.log_sha256 = base::Sha256Hex(self->story.substr(0, end.log_bytes));
      end.log_complete = false;
    }
    std::exchange(self->on_end, {})(std::move(end));
  }
};

Setup::Setup(RecipeContext& context, async::Clock& clock, SetupCall call, OnEnd on_end)
    : state_(std::make_shared<State>(context, clock, std::move(call), std::move(on_end))) {
  auto log = AttemptLog::Create(state_->call.log_path);
  if (!log) {
    state_->write_failure =
        log.error().code() == "disk_full" ? "disk full" : log.error().In("log").message();
    boost::asio::post(state_->tasks.executor(), [state = state_] { State::Finish(state); });
    return;
  }
  state_->log = std::move(*log);
  state_->tasks.Spawn("setup", [state = state_] { return State::Run(state); });
}

Setup::~Setup() {
  state_->on_end = {};
  state_->Stop();
}

void Setup::Stop() {
  state_->Stop();
}

const std::shared_ptr<AttemptLog>& Setup::log() const {
  return state_->log;
}

}  // namespace odu::lane
