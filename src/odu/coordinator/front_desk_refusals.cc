#include <fmt/format.h>

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
  const LiveRun* const open = coordinator_.run().get();
  if (open != nullptr && open->open()) {
    hint = fmt::format("run {} is settled and open; 'odu rerun' runs red nodes of it again",
                       open->header().ref);
  } else if (const auto& last = coordinator_.last()) {
    const std::string_view verdict =
        last->verdict ? surface::EnumWord(*last->verdict) : std::string_view("unfinished");
    hint = fmt::format("the last one was {}, {} ('odu runs')", last->ref, verdict);
  }
  return base::Error(
      ErrorKind::kGone, "no_run",
      fmt::format("{}: no run in progress in {}", who, base::Quoted(world_.toplevel)),
      std::move(hint));
}

}  // namespace odu::coordinator
