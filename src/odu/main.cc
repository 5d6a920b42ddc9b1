#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "async/clock.h"
#include "async/task_group.h"
#include "odu/cli/caller.h"
#include "odu/cli/care.h"
#include "odu/cli/dashboard.h"
#include "odu/cli/gate.h"
#include "odu/cli/history.h"
#include "odu/cli/mcp.h"
#include "odu/cli/plan.h"
#include "odu/command/checkout.h"
#include "odu/command/hosts.h"
#include "odu/command/hosts_check.h"
#include "odu/command/shell.h"
#include "odu/command/stored_runs.h"
#include "odu/coordinator/remote_agent.h"
#include "odu/coordinator/serve.h"
#include "odu/coordinator/world.h"
#include "odu/face/attach.h"
#include "odu/face/calls.h"
#include "odu/face/error_text.h"
#include "odu/face/post.h"
#include "odu/face/serving.h"
#include "odu/face/status.h"
#include "odu/face/status_report.h"
#include "odu/model/run_id.h"
#include "os/file_system.h"
#include "os/signals.h"
#include "os/standard_streams.h"
#include "os/terminal.h"

// The program `odu`: joins the command line, a real clock, a real terminal and the faces.
namespace {

using boost::asio::awaitable;
using odu::cli::Caller;
using odu::cli::Exit;
using odu::cli::PlaceFor;
using odu::face::Console;
using odu::face::FaceContext;
using odu::face::Invocation;
using odu::face::Start;
namespace command = odu::command;
namespace face = odu::face;
namespace model = odu::model;

base::Result<service::ServicePlace> CoordinatorOf(const Caller& caller) {
  const auto self = os::RealPath("/proc/self/exe");
  if (!self) {
    return base::Pass(self.error());
  }
  auto place = odu::coordinator::PlaceOf(caller.cwd, odu::cli::WithoutRecipe(caller.environment),
                                         *self, ODU_VERSION);
  if (place) {
    place->client_name = fmt::format("odu {} (pid {})", caller.invocation.command->name, getpid());
  }
  return place;
}

using Job = std::move_only_function<awaitable<Exit>(FaceContext&, const command::Checkout&)>;

/// Runs a face on an event loop of its own.
Exit WithCoordinator(const Caller& caller, Job job) {
  const auto checkout = command::FindCheckout(caller.cwd, caller.environment);
  if (!checkout) {
    return base::Pass(checkout.error());
  }
  const auto place = CoordinatorOf(caller);
  if (!place) {
    return base::Pass(place.error());
  }
  boost::asio::io_context loop(1);
  async::SystemClock clock;
  os::Reaper reaper(loop.get_executor());
  FaceContext context{loop.get_executor(), clock, reaper, caller.console, *place};
  context.load_run = odu::cli::StoredRuns(command::PlaceOf(*checkout));
  Exit exit = base::Fail(base::ErrorKind::kBug, "bug", "the command ended without an answer");
  async::TaskGroup tasks(loop.get_executor(), [&](std::string_view, std::string_view what) {
    exit = base::Fail(base::ErrorKind::kBug, "bug", std::string(what));
    loop.stop();
  });
  tasks.Spawn("command", [&]() -> awaitable<void> {
    exit = co_await job(context, *checkout);
    loop.stop();
  });
  loop.run();
  return exit;
}

Exit DoRun(const Caller& caller) {
  face::CallerFacts facts;
  facts.cwd = caller.cwd;
  facts.environment = caller.environment;
  facts.umask = static_cast<int32_t>(odu::cli::OwnUmask());
  facts.pid = getpid();
  facts.request_id = model::NewRunId(async::SystemClock().WallMs());
  auto call = face::RunCallOf(caller.invocation, facts);
  if (!call) {
    return base::Pass(call.error());
  }
  call->hosts_file = command::HostsFile(caller.environment, caller.cwd);
  const async::Duration began = async::SystemClock().Now();
  Exit exit = WithCoordinator(caller, [&](FaceContext& context, const command::Checkout& place) {
    call->show = odu::cli::RunOnTerminal(caller, place);
    return face::Run(context, std::move(*call));
  });
  const bool has_summary =
      !caller.invocation.Has("--detach") && !caller.invocation.Has("--progress");
  if (exit && *exit <= 1 && has_summary) {
    const async::Duration took = async::SystemClock().Now() - began;
    caller.console.Err(odu::cli::SlowNodes(caller, took));
  }
  return exit;
}

/// The checkout's state: of its coordinator, or of the store where nobody needs to run.
awaitable<base::Result<face::View>> StatusView(FaceContext& context,
                                               const command::Checkout& checkout) {
  auto live = co_await face::LiveStatus(context, Start::kNever);
  if (live || live.error().code() != "not_running") {
    co_return live;
  }
  const auto adoption = command::NeedsAdoption(checkout);
  if (!adoption) {
    co_return base::Pass(adoption.error());
  }
  if (*adoption) {
    co_return co_await face::LiveStatus(context, Start::kIfNeeded);
  }
  auto run = command::IdleRun(checkout);
  if (!run) {
    co_return base::Pass(run.error());
  }
  face::View view;
  view.run = std::move(*run);
  co_return view;
}

Exit DoStatus(const Caller& caller) {
  return WithCoordinator(
      caller,
      [&caller](FaceContext& context, const command::Checkout& checkout) -> awaitable<Exit> {
        const auto view = co_await StatusView(context, checkout);
        if (!view) {
          co_return base::Pass(view.error());
        }
        face::PrintStatus(context.console, *view, context.clock.WallMs(), caller.as_json());
        co_return 0;
      });
}

Exit DoAttach(const Caller& caller) {
  return WithCoordinator(caller, [&](FaceContext& context, const command::Checkout& place) {
    return odu::cli::Attach(caller, context, place);
  });
}

Exit PrintStoredLog(const Caller& caller, const command::LedgerPlace& place,
                    const face::LogsCall& call) {
  const auto log =
      command::FindLogIn(place, caller.invocation.Value("--run"), call.node, call.attempt);
  if (!log) {
    return base::Pass(log.error());
  }
  const auto printed = face::PrintLogFile(caller.console, log->path, call);
  if (!printed) {
    return base::Pass(printed.error());
  }
  return 0;
}

awaitable<Exit> FollowLog(const Caller& caller, FaceContext& context,
                          const command::Checkout& checkout, face::LogsCall call) {
  const auto view = co_await StatusView(context, checkout);
  if (!view) {
    co_return base::Pass(view.error());
  }
  const std::string run = caller.invocation.Value("--run");
  const bool is_live = view->run.run_id.has_value() &&
                       (run.empty() || run == *view->run.run_id || run == view->run.ref);
  if (!is_live) {
    co_return PrintStoredLog(caller, command::PlaceOf(checkout), call);
  }
  uint64_t size_now = 0;
  if (call.offset < 0) {
    const auto log = command::FindLog(checkout, *view->run.run_id, call.node, call.attempt);
    size_now = log ? log->size : 0;
  }
  auto client = co_await face::Reach(context, Start::kIfNeeded);
  if (!client) {
    co_return base::Pass(client.error());
  }
  co_return co_await face::LiveLog(context, std::move(*client), *view, std::move(call), size_now);
}

Exit DoLogs(const Caller& caller) {
  auto call = face::LogsCallOf(caller.invocation);
  if (!call) {
    return base::Pass(call.error());
  }
  if (!call->follow) {
    // A run of another checkout is named from anywhere.
    const auto place = PlaceFor(caller, caller.invocation.Has("--run"));
    return place ? PrintStoredLog(caller, *place, *call) : base::Pass(place.error());
  }
  return WithCoordinator(caller, [&](FaceContext& context, const command::Checkout& checkout) {
    return FollowLog(caller, context, checkout, std::move(*call));
  });
}

/// A command that only acts on what is there starts a coordinator for an orphaned run alone.
base::Result<Start> StartForOrphans(const command::Checkout& checkout) {
  const auto adoption = command::NeedsAdoption(checkout);
  if (!adoption) {
    return base::Pass(adoption.error());
  }
  return *adoption ? Start::kIfNeeded : Start::kNever;
}

Exit DoWait(const Caller& caller) {
  auto call = face::WaitCallOf(caller.invocation);
  if (!call) {
    return base::Pass(call.error());
  }
  return WithCoordinator(
      caller, [&](FaceContext& context, const command::Checkout& checkout) -> awaitable<Exit> {
        const auto start = StartForOrphans(checkout);
        if (!start) {
          co_return base::Pass(start.error());
        }
        call->start = *start;
        auto exit = co_await face::Wait(context, *call);
        if (exit || exit.error().code() != "not_running") {
          co_return exit;
        }
        const auto stored = command::StoredNext(checkout, call->request);
        if (stored) {
          co_return face::ReportNext(context.console, *stored);
        }
        if (stored.error().code() != "no_run") {
          co_return base::Pass(stored.error());
        }
        co_return base::Pass(face::NoRun(model::Run(), context.clock.WallMs()));
      });
}

Exit DoRerun(const Caller& caller) {
  const auto run_id = odu::cli::NamedRun(caller);
  if (!run_id) {
    return base::Pass(run_id.error());
  }
  return WithCoordinator(caller, [&](FaceContext& context, const command::Checkout&) {
    face::RerunCall call = face::RerunCallOf(caller.invocation);
    call.run_id = *run_id;
    call.environment = caller.environment.entries();
    call.umask = static_cast<int32_t>(odu::cli::OwnUmask());
    return face::Rerun(context, std::move(call));
  });
}

Exit DoCancel(const Caller& caller) {
  return WithCoordinator(
      caller, [&](FaceContext& context, const command::Checkout& checkout) -> awaitable<Exit> {
        const auto start = StartForOrphans(checkout);
        if (!start) {
          co_return base::Pass(start.error());
        }
        face::CancelCall call = face::CancelCallOf(caller.invocation);
        call.start = *start;
        co_return co_await face::Cancel(context, std::move(call));
      });
}

Exit Print(const Caller& caller, const base::Result<std::string>& text) {
  if (!text) {
    return base::Pass(text.error());
  }
  caller.console.Out(*text);
  return 0;
}

/// 3 when a lane could not run on one of them.
Exit CheckHosts(const Caller& caller, const odu::plan::Hosts& hosts) {
  const auto runner = odu::coordinator::FindRunner(caller.environment);
  if (!runner) {
    return base::Pass(runner.error());
  }
  const auto agent_for = [&](const odu::plan::HostEntry& entry) {
    return odu::coordinator::LaneAgentSpec(*runner, entry.provision, caller.environment);
  };
  const auto told = command::CheckedHosts(hosts, caller.environment, agent_for, caller.as_json());
  if (!told) {
    return base::Pass(told.error());
  }
  caller.console.Out(told->text);
  return told->all_usable ? 0 : 3;
}

Exit DoHosts(const Caller& caller) {
  if (caller.invocation.Has("--init")) {
    return Print(caller, command::InitHosts(caller.environment, caller.as_json()));
  }
  const auto hosts = command::ConfiguredHosts(caller.environment, caller.cwd);
  if (!hosts) {
    return base::Pass(hosts.error());
  }
  if (caller.invocation.Has("--check")) {
    return CheckHosts(caller, *hosts);
  }
  caller.console.Out(caller.as_json() ? command::HostsJson(*hosts) : command::HostsText(*hosts));
  return 0;
}

Exit DoShell(const Caller& caller) {
  const Invocation& given = caller.invocation;
  return base::Pass(command::EnterShell(
      {caller.cwd, caller.environment, given.arguments.front(), given.Value("--run")}));
}

Exit StopCoordinator(const Caller& caller) {
  return WithCoordinator(caller, [](FaceContext& context, const command::Checkout& checkout) {
    return face::StopServing(context, [&checkout] {
      const auto left = command::NeedsAdoption(checkout);
      return left && *left;
    });
  });
}

Exit DoPost(const Caller& caller) {
  if (!caller.invocation.Has("--retry")) {
    return odu::cli::Owed(caller);
  }
  return WithCoordinator(caller, [&caller](FaceContext& context, const command::Checkout&) {
    return face::RetryPosts(context, caller.environment.entries(), caller.as_json());
  });
}

Exit DoServe(const Caller& caller) {
  if (caller.invocation.Has("--stop")) {
    return StopCoordinator(caller);
  }
  if (caller.invocation.Has("--restart")) {
    return WithCoordinator(caller, [](FaceContext& context, const command::Checkout&) {
      return face::RestartServing(context);
    });
  }
  odu::coordinator::ServeOptions options;
  options.directory =
      caller.environment.Get(odu::coordinator::kCheckoutVariable).value_or(caller.cwd);
  options.foreground = caller.invocation.Has("--foreground");
  options.build = ODU_VERSION;
  options.started_by = fmt::format("odu serve (pid {})", getpid());
  auto served = odu::coordinator::Serve(options);
  if (!served) {
    return base::Pass(served.error());
  }
  // Another odu that starts one asks for an answer itself.
  if (served->already && !caller.environment.Get(odu::coordinator::kCheckoutVariable)) {
    const Exit answered = WithCoordinator(
        caller, [&served](FaceContext& context, const command::Checkout&) -> awaitable<Exit> {
          const auto pid = co_await face::WhoServes(context);
          if (!pid) {
            co_return base::Pass(pid.error());
          }
          served->already = std::exchange(served->pid, static_cast<pid_t>(*pid)) == *pid;
          co_return 0;
        });
    if (!answered) {
      return answered;
    }
  }
  caller.console.Err(odu::coordinator::Words(*served));
  return 0;
}

Exit DoMcp(const Caller& caller) {
  const auto place_of = [&caller](const std::string& directory) {
    return CoordinatorOf(Caller{caller.invocation, caller.environment, directory, caller.console});
  };
  return odu::cli::Mcp(caller, place_of, static_cast<int32_t>(odu::cli::OwnUmask()), ODU_VERSION);
}

struct Row {
  std::string_view name;
  Exit (*run)(const Caller&);
};
constexpr std::array kRows{
    Row{"run", DoRun},
    Row{"status", DoStatus},
    Row{"attach", DoAttach},
    Row{"logs", DoLogs},
    Row{"wait", DoWait},
    Row{"rerun", DoRerun},
    Row{"cancel", DoCancel},
    Row{"runs", odu::cli::Runs},
    Row{"dump", odu::cli::Dump},
    Row{"graph", odu::cli::Graph},
    Row{"hosts", DoHosts},
    Row{"serve", DoServe},
    Row{"show", odu::cli::Show},
    Row{"flakes", odu::cli::Flakes},
    Row{"diff", odu::cli::Diff},
    Row{"prune", odu::cli::Prune},
    Row{"doctor", odu::cli::Doctor},
    Row{"shell", DoShell},
    Row{"mcp", DoMcp},
    Row{"skill", odu::cli::Skill},
    Row{"post", DoPost},
    Row{"auth", odu::cli::Auth},
    Row{"protect", odu::cli::Protect},
};

Exit Dispatch(const Caller& caller) {
  const Invocation& invocation = caller.invocation;
  if (invocation.help) {
    caller.console.Out(invocation.command == nullptr ? face::MainHelp()
                                                     : face::CommandHelp(*invocation.command));
    return 0;
  }
  if (invocation.version) {
    caller.console.Out("odu " ODU_VERSION "\n");
    return 0;
  }
  if (invocation.options_json) {
    caller.console.Out(face::OptionsJson());
    return 0;
  }
  for (const Row& row : kRows) {
    if (row.name == invocation.command->name) {
      return row.run(caller);
    }
  }
  return base::Fail(base::ErrorKind::kBug, "bug", "a command without a function");
}

int PrintError(Console& console, const base::Error& error, bool as_json) {
  as_json ? console.Out(face::ErrorJson(error)) : console.Err(face::ErrorText(error));
  return error.ExitCode();
}

int Main(const std::vector<std::string>& arguments) {
  os::IgnoreBrokenPipes();
  const os::Environment environment = os::Environment::Current();
  Console::Ends ends;
  ends.out_is_terminal = os::IsTerminal(STDOUT_FILENO);
  ends.err_is_terminal = os::IsTerminal(STDERR_FILENO);
  ends.colour = os::WantsColour(ends.out_is_terminal, environment);
  Console console(ends);
  const bool as_json = face::WantsJsonErrors(arguments);
  auto invocation = face::ParseCommandLine(arguments);
  if (!invocation) {
    return PrintError(console, invocation.error(), as_json);
  }
  auto cwd = os::CurrentDirectory();
  if (!cwd) {
    return PrintError(console, cwd.error(), as_json);
  }
  const Caller caller{std::move(*invocation), environment, std::move(*cwd), console};
  const Exit exit = Dispatch(caller);
  if (!exit) {
    const auto error = odu::cli::WithRemedy(exit.error(), caller.environment);
    return PrintError(console, face::InCommand(error, caller.invocation.command->name), as_json);
  }
  if (console.failure().has_value() && !console.reader_left()) {
    return PrintError(console, *console.failure(), false);
  }
  return *exit;
}

}  // namespace

int main(int count, char** words) {
  os::OpenMissingStreams();
  return Main(std::vector<std::string>(words + std::min(count, 1), words + count));
}
