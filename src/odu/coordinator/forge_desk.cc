#include "odu/coordinator/forge_desk.h"

#include <utility>

#include "os/run_program.h"

namespace odu::coordinator {

ForgeDesk::ForgeDesk(const ledger::GateTarget& target, const os::Environment& environment)
    : remote{target.host, target.owner, target.repository},
      api(target.api),
      http(forge::HttpOptionsOf(environment)) {}

boost::asio::awaitable<void> ForgeDesk::FindToken(World& world, os::Environment environment) {
  const forge::RunTool tool = [&world](os::ProgramCall call) {
    return os::RunProgram(world.reaper, world.clock, std::move(call));
  };
  const auto found = co_await forge::FindCredential(std::move(environment), remote, tool);
  finding = false;
  if (found) {
    forge = std::make_shared<forge::Github>(http, remote, api, *found);
  } else {
    no_token = found.error();
  }
}

}  // namespace odu::coordinator
