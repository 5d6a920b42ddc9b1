#include "odu/cli/agent_store.h"

#include <utility>

#include "odu/command/dump.h"
#include "odu/command/hosts.h"
#include "odu/command/runs.h"
#include "odu/command/shell.h"
#include "odu/command/show.h"
#include "odu/command/stored_runs.h"

namespace odu::cli {

base::Result<command::Checkout> AgentStore::CheckoutOf(const std::string& toplevel) const {
  return command::FindCheckout(toplevel, environment_);
}

base::Result<agent::CheckoutPlace> AgentStore::Find(const std::string& directory) {
  const auto checkout = CheckoutOf(directory);
  if (!checkout) {
    return base::Pass(checkout.error());
  }
  auto place = place_of_(checkout->toplevel);
  if (!place) {
    return base::Pass(place.error());
  }
  return agent::CheckoutPlace{checkout->toplevel, std::move(*place)};
}

base::Result<bool> AgentStore::NeedsAdoption(const std::string& toplevel) {
  const auto checkout = CheckoutOf(toplevel);
  return checkout ? command::NeedsAdoption(*checkout) : base::Pass(checkout.error());
}

base::Result<model::Run> AgentStore::IdleRun(const std::string& toplevel) {
  const auto checkout = CheckoutOf(toplevel);
  return checkout ? command::IdleRun(*checkout) : base::Pass(checkout.error());
}

base::Result<std::vector<model::RunSummary>> AgentStore::Runs(const std::string& toplevel,
                                                              const agent::RunsQuery& query) {
  const auto checkout = CheckoutOf(toplevel);
  if (!checkout) {
    return base::Pass(checkout.error());
  }
  command::RunsCall call;
  call.limit = query.limit;
  call.failed = query.failed;
  call.node = query.node;
  call.since_ms = query.since_ms;
  auto list = command::ListedRuns(command::PlaceOf(*checkout), call);
  if (!list) {
    return base::Pass(list.error());
  }
  return std::move(list->runs);
}

base::Result<model::RunReport> AgentStore::Show(const std::string& toplevel,
                                                const std::string& word) {
  const auto checkout = CheckoutOf(toplevel);
  return checkout ? command::ShowRun(command::PlaceOf(*checkout), word)
                  : base::Pass(checkout.error());
}

base::Result<agent::LogFile> AgentStore::Log(const std::string& toplevel, const std::string& run,
                                             const std::string& node, int32_t attempt) {
  const auto checkout = CheckoutOf(toplevel);
  if (!checkout) {
    return base::Pass(checkout.error());
  }
  auto log = command::FindLog(*checkout, run, node, attempt);
  if (!log) {
    return base::Pass(log.error());
  }
  return agent::LogFile{std::move(log->path), std::move(log->run_id), std::move(log->node),
                        log->attempt, log->size};
}

std::string AgentStore::WorkTree(const std::string& toplevel, const std::string& run,
                                 const std::string& node) {
  const auto plan = command::PlanShell({toplevel, environment_, node, run});
  return plan ? plan->directory : std::string();
}

base::Result<model::NextReply> AgentStore::Next(const std::string& toplevel,
                                                const model::NextRequest& request) {
  const auto checkout = CheckoutOf(toplevel);
  return checkout ? command::StoredNext(*checkout, request) : base::Pass(checkout.error());
}

base::Result<std::string> AgentStore::Hosts(const std::string& toplevel) {
  const auto hosts = command::ConfiguredHosts(environment_, toplevel);
  return hosts ? base::Result<std::string>(command::HostsJson(*hosts)) : base::Pass(hosts.error());
}

base::Result<std::string> AgentStore::Pipeline(const std::string& toplevel,
                                               const agent::PlanQuery& query) {
  return command::Dump({toplevel, query.root, query.pipeline_file, query.platform, environment_});
}

}  // namespace odu::cli
