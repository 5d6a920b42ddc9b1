#include "odu/coordinator/gate_target.h"

#include <string>
#include <utility>

#include "git/repository.h"
#include "odu/forge/forge_remote.h"

namespace odu::coordinator {

using base::Pass;
using base::Result;

bool PostsStatuses(const model::Scope& scope) {
  return !scope.no_post && !scope.no_strict && !scope.no_snapshot;
}

boost::asio::awaitable<Result<ledger::GateTarget>> FindGateTarget(World& world,
                                                                  ledger::RunFolder folder,
                                                                  os::Environment environment) {
  if (const auto known = ledger::ReadGate(folder); known && known->target) {
    co_return *known->target;
  }
  const auto header = ledger::ReadHeader(folder);
  if (!header) {
    co_return Pass(header.error());
  }
  git::Repository repository;
  repository.toplevel = world.toplevel;
  const auto origin = co_await git::RemoteUrl(world.git, repository, "origin");
  if (!origin) {
    co_return Pass(origin.error());
  }
  const std::string api(environment.Get("GITHUB_API_URL").value_or(""));
  const auto remote = forge::FindForge(*origin, api);
  if (!remote) {
    co_return Pass(remote.error());
  }
  ledger::GateTarget target;
  target.host = remote->host;
  target.owner = remote->owner;
  target.repository = remote->repository;
  target.api = forge::ApiOf(*remote, api);
  target.sha = header->sha;
  target.url_base = environment.Get("ODU_URL_BASE").value_or("");
  co_return target;
}

}  // namespace odu::coordinator
