#include "odu/cli/gate.h"

#include <fmt/format.h>

#include "base/text.h"
#include "odu/command/auth.h"
#include "odu/command/owed.h"
#include "odu/command/protect.h"
#include "odu/face/gate_report.h"
#include "surface/codec.h"

namespace odu::cli {

Exit Owed(const Caller& caller) {
  const auto place = PlaceFor(caller, false);
  if (!place) {
    return base::Pass(place.error());
  }
  model::GateRetryReply reply;
  auto owed = command::OwedStatuses(*place);
  if (!owed) {
    return base::Pass(owed.error());
  }
  reply.owed = std::move(*owed);
  caller.console.Out(caller.as_json() ? surface::Encoded(reply) + '\n'
                                      : face::OwedText(reply.owed));
  return 0;
}

Exit Auth(const Caller& caller) {
  constexpr int kMayNot = 3;
  const auto report = command::ExamineAuth(caller.cwd, caller.environment);
  if (!report) {
    return base::Pass(report.error());
  }
  caller.console.Out(caller.as_json() ? surface::Encoded(*report) + '\n' : face::AuthText(*report));
  return report->may_post ? 0 : kMayNot;
}

Exit Protect(const Caller& caller) {
  command::ProtectCall call;
  call.cwd = caller.cwd;
  call.environment = caller.environment;
  call.branch = caller.invocation.Value("--branch");
  call.platforms = caller.invocation.Values("--platform");
  call.create = caller.invocation.Has("--create");
  call.dry_run = caller.invocation.Has("--dry-run");
  const auto report = command::Protect(call);
  if (!report) {
    return base::Pass(report.error());
  }
  if (!report->platforms_from.empty()) {
    caller.console.Err(fmt::format("[odu] the platforms are those of {}; --platform names others\n",
                                   base::Quoted(report->platforms_from)));
  }
  caller.console.Out(caller.as_json() ? surface::Encoded(*report) + '\n'
                                      : face::ProtectText(*report));
  return 0;
}

}  // namespace odu::cli
