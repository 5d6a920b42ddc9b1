#include "odu/lane/setup.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/asio/post.hpp>
#include <utility>

#include "async/notifier.h"
#include "odu/lane/log_digest.h"
#include "odu/lane/log_mask.h"
#include "odu/lane/setup_program.h"
#include "odu/lane/source_shipped.h"
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
        spared(shared.supervisor.Spare()),
        masked(shared.masked),
        program_over(shared.tasks.executor()) {
    if (masked) {
      mask = std::make_unique<LogMask>(*masked);
    }
  }

  RecipeContext& context;
  async::Clock& clock;
  SetupCall call;
  OnEnd on_end;
  async::TaskGroup tasks;
  std::shared_ptr<void> spared;  ///< git's processes are nobody's orphans
  std::shared_ptr<AttemptLog> log;
  std::unique_ptr<LogDigest> digest;
  std::shared_ptr<const MaskedValues> masked;
  std::unique_ptr<LogMask> mask;  ///< null when nothing is masked
  std::shared_ptr<SetupProgram> program;
  async::Notifier program_over;
  std::optional<os::WaitStatus> program_status;
  base::Result<void> result = base::Fail(base::ErrorKind::kCancelled, "cancelled", "cancelled");
  std::string write_failure;
  bool begun = false;
  bool stopped = false;

  /// A task that has not had its first turn must not be killed: the cancellation would come out of
  /// the event loop as an exception (Asio 1.81). It sees for itself that it is not wanted.
  void Stop(bool at_once) {
    stopped = true;
    if (program) {
      program->Stop(at_once);
    } else if (begun) {
      tasks.Kill();
    }
  }

  /// Nobody wants its end any more.
  void Abandon() {
    on_end = {};
    stopped = true;
    if (program) {
      program->Abandon();
    }
    if (begun) {
      tasks.Kill();
    }
  }

  void Write(std::string_view bytes) { WriteShown(mask ? mask->Masked(bytes) : bytes); }

  void WriteShown(std::string_view bytes) {
    if (!write_failure.empty() || bytes.empty()) {
      return;
    }
    const uint64_t before = log->size();
    auto written = log->Append(bytes);
    if (!log->changed()) {
      digest->Grew(bytes.substr(0, log->size() - before));
    }
    if (!written) {
      write_failure =
          written.error().code() == "disk_full" ? "disk full" : written.error().message();
    }
  }

  void Tell(std::string_view line) { Write(std::string(line) + "\n"); }

  static boost::asio::awaitable<void> Run(std::shared_ptr<State> self) {
    // Whatever happens inside, also a cancellation, the end is told; and not from inside the task,
    // whose group dies with this state.
    const std::shared_ptr<void> at_end(nullptr, [self](void*) {
      boost::asio::post(self->tasks.executor(), [self] { Finish(self); });
    });
    self->begun = true;
    if (self->stopped) {
      co_return;
    }
    // Its teller has masked it already, and has the same bytes.
    self->WriteShown(self->call.story);
    auto made = co_await Make(*self);
    if (made && !self->call.enter.empty()) {
      made = co_await TryEnter(*self);
    }
    if (!self->stopped || made) {
      self->result = std::move(made);
    }
  }

  static boost::asio::awaitable<base::Result<void>> Make(State& self) {
    // Named: GCC 12 destroys a closure twice that is a temporary of a co_await.
    Told told = [&self](std::string_view line) { self.Tell(line); };
    base::Result<void> made;
    if (self.call.failure) {
      made = base::Pass(*self.call.failure);
      TellFailure(*self.call.failure, told);
      co_return made;
    }
    os::Environment environment(self.call.environment);
    if (!self.call.marker.empty()) {
      // What a killed lane leaves is found by it.
      environment.Set("ODU_ATTEMPT_ID", self.call.marker);
    }
    git::LoopRunner runner(self.context.reaper, self.clock, environment);
    if (self.call.source.mode != model::SourceMode::kShipped) {
      made = co_await MakeWorkspace(runner, self.call.source, self.call.again, std::move(told));
      co_return made;
    }
    SourceTools tools{runner,          self.context.reaper,  self.clock, self.context.worker,
                      *self.call.desk, environment.entries()};
    made = co_await BringSource(std::move(tools), self.call.source, self.call.again, told);
    if (made) {
      self.Tell(UsingLine(self.call.source));
    } else {
      TellFailure(made.error(), told);
    }
    co_return made;
  }

  /// Once, so that one node says what is wrong with it and not each of a hundred.
  static boost::asio::awaitable<base::Result<void>> TryEnter(State& self) {
    SetupProgramCall call;
    call.argv = self.call.enter;
    call.argv.emplace_back("true");
    const std::string shown = fmt::format("{}", fmt::join(call.argv, " "));
    os::Environment environment(self.call.recipe_environment);
    environment.Set("ODU_ATTEMPT_ID", self.call.marker);
    call.environment = environment.entries();
    call.directory = WorkspaceOf(self.call.source);
    call.marker = self.call.marker;
    call.umask = self.call.umask;
    self.Tell("[odu] entering: " + shown);
    auto started = SetupProgram::Start(
        self.context, call, [&self](std::string_view bytes) { self.Write(bytes); },
        [&self](os::WaitStatus status) {
          self.program_status = status;
          self.program_over.Notify();
        });
    if (!started) {
      const base::Error error = started.error().In("enter");
      self.Tell("[odu] _ci-setup failed: " + error.message());
      co_return base::Pass(error);
    }
    self.program = std::move(*started);
    while (!self.program_status) {
      const bool woken = co_await self.program_over.Wait();
      if (!woken) {
        break;
      }
    }
    self.program.reset();
    if (!self.program_status || !os::Succeeded(*self.program_status)) {
      const std::string how = self.program_status ? os::Describe(*self.program_status) : "stopped";
      self.Tell(fmt::format("[odu] _ci-setup failed: enter: {} ended with {}", shown, how));
      co_return base::Fail(base::ErrorKind::kHost, "enter_failed", "enter: " + how);
    }
    co_return base::Result<void>();
  }

  static void Finish(const std::shared_ptr<State>& self) {
    self->spared.reset();
    if (!self->on_end) {
      return;
    }
    if (self->mask && self->log) {
      self->WriteShown(self->mask->Rest());
    }
    RecipeEnd end;
    end.status = self->result ? NodeStatus::kOk : NodeStatus::kFailed;
    if (self->result) {
      end.exit_code = 0;
    } else {
      end.reason =
          self->result.error().code() == "disk_full" ? "disk full" : self->result.error().message();
    }
    if (!self->write_failure.empty()) {
      end.status = NodeStatus::kErrored;
      end.reason = self->write_failure;
    }
    if (!self->log) {
      std::exchange(self->on_end, {})(std::move(end));
      return;
    }
    if (self->mask) {
      end.reason = std::string(self->mask->Masked(end.reason)) + std::string(self->mask->Rest());
    }
    self->log->Seal();
    end.log_bytes = self->log->size();
    if (self->log->changed()) {
      end.reason += (end.reason.empty() ? "" : "; ") + std::string(kChangedLog);
      std::exchange(self->on_end, {})(std::move(end));
      return;
    }
    self->digest->Finish(self->log->size(), [self, end = std::move(end)](std::string hex) mutable {
      end.log_complete = self->write_failure.empty() && !hex.empty();
      end.log_sha256 = std::move(hex);
      if (self->on_end) {
        std::exchange(self->on_end, {})(std::move(end));
      }
    });
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
  state_->digest =
      std::make_unique<LogDigest>(state_->log->fd(), state_->context.tasks, state_->context.worker);
  state_->tasks.Spawn("setup", [state = state_] { return State::Run(state); });
}

Setup::~Setup() {
  state_->Abandon();
}

void Setup::Stop(bool at_once) {
  state_->Stop(at_once);
}

const std::shared_ptr<AttemptLog>& Setup::log() const {
  return state_->log;
}

}  // namespace odu::lane
