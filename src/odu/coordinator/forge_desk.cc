#include "odu/coordinator/forge_desk.h"

#include <algorithm>
#include <utility>

#include "os/run_program.h"

namespace odu::coordinator {
namespace {

constexpr std::chrono::milliseconds kLongest = std::chrono::hours(1);

}  // namespace

ForgeDesk::ForgeDesk(const ledger::GateTarget& target, const os::Environment& environment)
    : remote{target.host, target.owner, target.repository},
      api(target.api),
      http(forge::HttpOptionsOf(environment)) {}

boost::asio::awaitable<void> ForgeDesk::FindToken(World& world, os::Environment environment) {
  const forge::RunTool tool = [&world](os::ProgramCall call) {
    call.directory = world.toplevel;  // a credential helper may be the checkout's own
    return os::RunProgram(world.reaper, world.clock, std::move(call));
  };
  const auto found = co_await forge::FindCredential(std::move(environment), remote, tool);
  if (found) {
    forge = std::make_shared<forge::Github>(http, remote, api, *found);
  } else if (earlier_ != nullptr) {
    forge = earlier_;
  } else {
    no_token = found.error();
  }
}

void ForgeDesk::LookAnew(const os::Environment& environment) {
  http.Use(forge::HttpOptionsOf(environment));
  earlier_ = forge != nullptr ? forge : earlier_;
  forge = nullptr;
  no_token.reset();
  asked_anew = finding;
}

void ForgeDesk::Heed(forge::Failure& failure, std::chrono::milliseconds now,
                     const TimeScale& scale) {
  if (failure.remedy != forge::Remedy::kWait) {
    return;
  }
  if (now >= quiet_until) {
    ++limits;  // those that were under way together are one
  }
  const auto doubled = failure.after * (int64_t{1} << std::clamp(limits - 1, 0, 6));
  failure.after = std::max(failure.after, std::min<std::chrono::milliseconds>(doubled, kLongest));
  const auto quiet = std::chrono::duration_cast<std::chrono::milliseconds>(scale(failure.after));
  quiet_until = std::max(quiet_until, now + quiet);
}

}  // namespace odu::coordinator
