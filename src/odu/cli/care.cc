#include "odu/cli/care.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "async/clock.h"
#include "odu/command/age.h"
#include "odu/command/doctor.h"
#include "odu/command/prune.h"
#include "odu/face/care_report.h"
#include "surface/codec.h"

namespace odu::cli {
namespace {

constexpr int kSomethingIsWrong = 3;

base::Result<ledger::KeepRule> RuleOf(const face::Invocation& given) {
  ledger::KeepRule rule;
  if (given.Has("--keep")) {
    const auto age = command::ParseAge("--keep", given.Value("--keep"));
    if (!age) {
      return base::Pass(age.error());
    }
    rule.keep_ms = *age;
  }
  if (given.Has("--quota")) {
    const auto size = command::ParseSize("--quota", given.Value("--quota"));
    if (!size) {
      return base::Pass(size.error());
    }
    rule.quota_bytes = *size;
  }
  return rule;
}

}  // namespace

Exit Prune(const Caller& caller) {
  const auto rule = RuleOf(caller.invocation);
  if (!rule) {
    return base::Pass(rule.error());
  }
  const auto place = PlaceFor(caller, true);
  if (!place) {
    return base::Pass(place.error());
  }
  const int64_t now = async::SystemClock().WallMs();
  const auto report = command::Prune(*place, *rule, now, caller.invocation.Has("--dry-run"));
  if (!report) {
    return base::Pass(report.error());
  }
  caller.console.Out(caller.as_json() ? surface::Encoded(*report) + '\n'
                                      : face::PruneText(*report, now));
  return 0;
}

Exit Doctor(const Caller& caller) {
  auto home = command::OduHome(caller.environment);
  if (!home) {
    return base::Pass(home.error());
  }
  command::DoctorCall call;
  call.home = std::move(*home);
  if (auto checkout = command::FindCheckout(caller.cwd, caller.environment)) {
    call.checkout = std::move(*checkout);
  }
  call.environment = caller.environment;
  call.now_ms = async::SystemClock().WallMs();
  call.fix = caller.invocation.Has("--fix");
  const bool tells = caller.console.err_is_terminal();
  if (caller.invocation.Has("--logs")) {
    call.on_logs_of = [&](size_t run, size_t runs) {
      if (tells) {
        caller.console.Err(fmt::format("\rlogs of run {} of {}\x1b[K", run, runs));
      }
    };
  }
  const model::DoctorReport report = command::Examine(call);
  if (tells && call.on_logs_of) {
    caller.console.Err("\r\x1b[K");
  }
  caller.console.Out(caller.as_json() ? surface::Encoded(report) + '\n'
                                      : face::DoctorText(report, caller.console.colour()));
  const bool well = std::ranges::all_of(report.findings, &model::Finding::fixed);
  return well ? 0 : kSomethingIsWrong;
}

}  // namespace odu::cli
