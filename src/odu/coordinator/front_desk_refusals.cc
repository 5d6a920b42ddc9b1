#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/text.h"
#include "odu/coordinator/front_desk.h"

// What the front desk says instead of doing it.
namespace odu::coordinator {

using base::ErrorKind;
using base::Fail;
using base::Result;

Result<void> FrontDesk::CheckAwake(const std::string& who) const {
  if (coordinator_.leaving()) {
    return Fail(ErrorKind::kGone, "coordinator_stopping", who + ": the coordinator is stopping",
                "dial again");
  }
  return {};
}

base::Error FrontDesk::Busy() const {
  const LiveRun& run = *coordinator_.run();
  return base::Error(
      ErrorKind::kBusy, "run_in_progress",
      fmt::format("run: run {} is in progress ({} of {} done)", run.header().ref,
                  run.fan_in().terminal(), base::Counted(run.fan_in().expected(), "node")),
      "attach with 'odu attach', or replace it with --supersede");
}

base::Error FrontDesk::NoRun(const std::string& who) const {
  std::string hint = "start one with 'odu run'";
  const auto name_last = [&hint](const std::string& ref, std::optional<model::Verdict> verdict) {
    const std::string_view word =
        verdict ? surface::EnumWord(*verdict) : std::string_view("unfinished");
    hint = fmt::format("the last one was {}, {} ('odu runs')", ref, word);
  };
  const LiveRun* const run = coordinator_.run().get();
  if (run != nullptr && run->open()) {
    hint = fmt::format("run {} is settled and open; 'odu rerun' runs red nodes of it again",
                       run->header().ref);
  } else if (run != nullptr) {
    name_last(run->header().ref, run->state().verdict);
  } else if (const auto& last = coordinator_.last()) {
    name_last(last->ref, last->verdict);
  }
  return base::Error(
      ErrorKind::kGone, "no_run",
      fmt::format("{}: no run in progress in {}", who, base::Quoted(world_.toplevel)),
      std::move(hint));
}

}  // namespace odu::coordinator
