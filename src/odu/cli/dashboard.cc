#include "odu/cli/dashboard.h"

#include <fmt/format.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <utility>

#include "odu/command/ledger_place.h"
#include "odu/command/shell.h"
#include "odu/command/show.h"
#include "odu/command/stored_runs.h"
#include "odu/face/attach.h"
#include "odu/face/calls.h"
#include "odu/face/summary.h"
#include "odu/face/terminal_notice.h"
#include "odu/model/run_id.h"
#include "odu/terminal/dashboard.h"
#include "odu/terminal/tty.h"
#include "os/file_system.h"

namespace odu::cli {
namespace {

using terminal::DashboardCall;
using terminal::DashboardEnd;

constexpr int kHungUpExit = 129;

/// Where a log is changes no more once it is there: only its size is asked for again.
terminal::LogSize SizeOfLogs(const command::LedgerPlace& place) {
  const auto known = std::make_shared<std::map<std::string, std::string>>();
  return [place, known](const terminal::LogTarget& target) -> std::optional<uint64_t> {
    std::string& path =
        (*known)[fmt::format("{} {} {}", target.run_id, target.node, target.attempt)];
    if (path.empty()) {
      const auto log = command::FindLogIn(place, target.run_id, target.node, target.attempt);
      if (!log) {
        return std::nullopt;
      }
      path = log->path;
    }
    const auto status = os::StatusOf(path);
    if (!status) {
      return std::nullopt;
    }
    return status->size;
  };
}

model::RunStartRequest NewRun(const Caller& caller) {
  model::RunStartRequest start;
  start.cwd = caller.cwd;
  start.env = caller.environment.entries();
  start.umask = static_cast<int32_t>(OwnUmask());
  start.started_by = fmt::format("odu attach (pid {})", getpid());
  return start;
}

terminal::Hooks HooksOf(const Caller& caller, const command::LedgerPlace& place) {
  terminal::Hooks hooks;
  hooks.load_run = StoredRuns(place);
  hooks.attempts = [place](const std::string& run_id, const std::string& node) {
    std::vector<terminal::AttemptLine> lines;
    const auto report = command::ShowRun(place, run_id);
    if (!report) {
      return lines;
    }
    for (const model::NodeReport& known : report->nodes) {
      if (known.name != node) {
        continue;
      }
      for (const model::AttemptReport& attempt : known.attempts) {
        lines.push_back({attempt.attempt, attempt.status, attempt.reason, attempt.duration_ms});
      }
    }
    return lines;
  };
  hooks.log_size = SizeOfLogs(place);
  hooks.new_run = [&caller] { return NewRun(caller); };
  hooks.shell = [&caller](const std::string& run_id,
                          const std::string& node) -> base::Result<std::vector<std::string>> {
    // Its own words would be gone from the screen before anybody has read them.
    const auto plan = command::PlanShell({caller.cwd, caller.environment, node, run_id});
    if (!plan) {
      return base::Pass(plan.error());
    }
    const auto self = os::RealPath("/proc/self/exe");
    return std::vector<std::string>{self.value_or("odu"), "shell", node, "--run", run_id};
  };
  return hooks;
}

DashboardCall CallOf(const Caller& caller, const command::Checkout& checkout) {
  DashboardCall call;
  call.abilities = terminal::AbilitiesOf(caller.environment);
  call.hooks = HooksOf(caller, command::PlaceOf(checkout));
  return call;
}

/// A terminal that is not dumb, in whose foreground this process is.
bool Capable(const Caller& caller) {
  const std::string_view name = caller.environment.Get("TERM").value_or("");
  return caller.console.out_is_terminal() && !name.empty() && name != "dumb" &&
         terminal::Tty::IsOurs(caller.console.out_fd());
}

/// What stays on the terminal of `odu attach`.
std::string LastLine(const DashboardEnd& end) {
  const model::Run& run = end.view.run;
  if (!run.run_id.has_value()) {
    return "no run in progress\n";
  }
  if (run.phase == model::RunPhase::kSettled) {
    return fmt::format("run {}: {}\n", run.ref, face::VerdictWord(run.verdict));
  }
  return fmt::format("run {} goes on; 'odu attach' shows it\n", run.ref);
}

boost::asio::awaitable<Exit> AttachDashboard(const Caller& caller, face::FaceContext& context,
                                             const command::Checkout& checkout) {
  const auto signals = face::FaceSignals(context.executor, true);
  auto client = co_await face::Reach(context, face::Start::kIfNeeded);
  if (!client) {
    co_return base::Pass(client.error());
  }
  const auto end = co_await terminal::ShowDashboard(context, *signals, std::move(*client),
                                                    CallOf(caller, checkout));
  if (!end) {
    co_return base::Pass(end.error());
  }
  if (end->kind == DashboardEnd::Kind::kHungUp) {
    co_return kHungUpExit;
  }
  context.console.Out(LastLine(*end));
  co_return 0;
}

face::FollowEnd Followed(DashboardEnd end) {
  face::FollowEnd followed;
  switch (end.kind) {
    case DashboardEnd::Kind::kSettled:
      followed.kind = face::FollowEnd::Kind::kSettled;
      break;
    case DashboardEnd::Kind::kLeft:
      followed.kind = face::FollowEnd::Kind::kLeft;
      break;
    case DashboardEnd::Kind::kHungUp:
      followed.kind = face::FollowEnd::Kind::kHungUp;
      break;
    case DashboardEnd::Kind::kInterrupted:
      followed.kind = face::FollowEnd::Kind::kInterrupted;
      break;
  }
  followed.verdict = end.verdict;
  followed.view = std::move(end.view);
  return followed;
}

}  // namespace

face::LoadRun StoredRuns(const command::LedgerPlace& place) {
  return [place](const std::string& run_id) -> base::Result<face::View> {
    const auto report = command::ShowRun(place, run_id);
    if (!report) {
      return base::Pass(report.error());
    }
    return face::StoredView(*report);
  };
}

boost::asio::awaitable<Exit> Attach(const Caller& caller, face::FaceContext& context,
                                    const command::Checkout& checkout) {
  if (caller.as_json() || !Capable(caller)) {
    return face::Attach(context, caller.as_json());
  }
  return AttachDashboard(caller, context, checkout);
}

face::ShowRun RunOnTerminal(const Caller& caller, const command::Checkout& checkout) {
  if (!Capable(caller)) {
    return {};
  }
  return [&caller, &checkout](
             face::FaceContext& context, os::SignalSource& signals,
             std::unique_ptr<surface::Client> client,
             std::string run_id) -> boost::asio::awaitable<base::Result<face::FollowEnd>> {
    DashboardCall call = CallOf(caller, checkout);
    call.owned_run = std::move(run_id);
    auto end =
        co_await terminal::ShowDashboard(context, signals, std::move(client), std::move(call));
    if (!end) {
      co_return base::Pass(end.error());
    }
    if (end->kind == DashboardEnd::Kind::kSettled) {
      context.console.Out(face::TerminalNotice(end->view));
    }
    if (end->kind != DashboardEnd::Kind::kHungUp) {
      context.console.Err(face::Summary(end->view, end->tails, context.console.colour()));
    }
    if (end->kind == DashboardEnd::Kind::kLeft) {
      context.console.Err(LastLine(*end));
    }
    co_return Followed(std::move(*end));
  };
}

}  // namespace odu::cli
