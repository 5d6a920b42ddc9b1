#include "odu/cli/history.h"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <vector>

#include "odu/command/age.h"
#include "odu/command/diff.h"
#include "odu/command/flakes.h"
#include "odu/command/runs.h"
#include "odu/command/show.h"
#include "odu/face/show_report.h"
#include "odu/face/status_report.h"
#include "odu/ledger/history.h"
#include "odu/ledger/run_name.h"
#include "surface/codec.h"

namespace odu::cli {
namespace {

constexpr int64_t kDefaultRuns = 20;
constexpr int64_t kMostRuns = 100'000;

base::Result<command::RunsCall> RunsCallOf(const face::Invocation& given) {
  command::RunsCall call;
  const auto limit = given.Number("--limit", 1, kMostRuns);
  if (!limit) {
    return base::Pass(limit.error());
  }
  call.limit = static_cast<size_t>(limit->value_or(kDefaultRuns));
  call.all = given.Has("--all");
  call.failed = given.Has("--failed");
  call.node = given.Value("--node");
  if (given.Has("--since")) {
    const auto age = command::ParseAge("--since", given.Value("--since"));
    if (!age) {
      return base::Pass(age.error());
    }
    call.since_ms = async::SystemClock().WallMs() - *age;
  }
  return call;
}

/// Prints a report as JSON, or as what `text` makes of it.
template <class Report, class Text>
Exit PrintReport(const Caller& caller, const base::Result<Report>& report, Text text) {
  if (!report) {
    return base::Pass(report.error());
  }
  caller.console.Out(caller.as_json() ? surface::Encoded(*report) + '\n' : text(*report));
  return 0;
}

}  // namespace

Exit Runs(const Caller& caller) {
  const auto call = RunsCallOf(caller.invocation);
  if (!call) {
    return base::Pass(call.error());
  }
  const auto place = PlaceFor(caller, call->all);
  if (!place) {
    return base::Pass(place.error());
  }
  const auto list = command::ListedRuns(*place, *call);
  if (!list) {
    return base::Pass(list.error());
  }
  for (const std::string& trouble : list->trouble) {
    caller.console.Err(fmt::format("odu: runs: {}\n", trouble));
  }
  const bool chosen = call->failed || !call->node.empty() || call->since_ms.has_value();
  if (caller.as_json()) {
    caller.console.Out(face::RunsJson(list->runs));
  } else if (list->runs.empty() && chosen) {
    caller.console.Out("no run fits what was asked for\n");
  } else {
    caller.console.Out(face::RunsText(list->runs, async::SystemClock().WallMs(), call->all,
                                      caller.console.colour()));
  }
  return 0;
}

Exit Show(const Caller& caller) {
  const auto place = command::FindPlace(caller.cwd, caller.environment);
  if (!place) {
    return base::Pass(place.error());
  }
  const std::vector<std::string>& words = caller.invocation.arguments;
  const auto text = [&caller](const model::RunReport& report) {
    return face::ShowText(report, async::SystemClock().WallMs(), caller.console.colour());
  };
  return PrintReport(caller, command::ShowRun(*place, words.empty() ? "" : words.front()), text);
}

Exit Flakes(const Caller& caller) {
  const bool all = caller.invocation.Has("--all");
  const auto place = PlaceFor(caller, all);
  if (!place) {
    return base::Pass(place.error());
  }
  const auto text = [&caller](const model::FlakesReport& report) {
    return face::FlakesText(report, async::SystemClock().WallMs(), caller.console.colour());
  };
  return PrintReport(caller, command::ListedFlakes(*place, all), text);
}

Exit Diff(const Caller& caller) {
  const auto place = command::FindPlace(caller.cwd, caller.environment);
  if (!place) {
    return base::Pass(place.error());
  }
  const std::vector<std::string>& words = caller.invocation.arguments;
  const auto text = [&caller](const model::RunDiff& diff) {
    return face::DiffText(diff, caller.console.colour());
  };
  return PrintReport(caller, command::DiffRuns(*place, words[0], words[1]), text);
}

std::string SlowNodes(const Caller& caller, async::Duration took) {
  if (!ledger::CanBeSlow(std::chrono::duration_cast<std::chrono::milliseconds>(took).count())) {
    return {};
  }
  const auto place = PlaceFor(caller, false);
  const auto report = place ? command::ShowRun(*place, "latest")
                            : base::Result<model::RunReport>(base::Pass(place.error()));
  return report ? face::LongPathText(*report) + face::SlowText(*report, caller.console.colour())
                : std::string();
}

base::Result<std::string> NamedRun(const Caller& caller) {
  if (!caller.invocation.Has("--run")) {
    return std::string();
  }
  const auto place = PlaceFor(caller, false);
  if (!place) {
    return base::Pass(place.error());
  }
  return ledger::FindRun(place->state, place->checkout_id, caller.invocation.Value("--run"));
}

}  // namespace odu::cli
