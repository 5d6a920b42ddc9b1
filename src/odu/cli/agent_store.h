#pragma once

#include <functional>
#include <string>

#include "odu/agent/store.h"
#include "odu/command/checkout.h"
#include "os/environment.h"

namespace odu::cli {

/// How the coordinator of the checkout that holds a directory is reached.
using PlaceOf = std::function<base::Result<service::ServicePlace>(const std::string& directory)>;

/// What the commands know, for the agents' tools.
class AgentStore final : public agent::Store {
 public:
  AgentStore(os::Environment environment, PlaceOf place_of)
      : environment_(std::move(environment)), place_of_(std::move(place_of)) {}

  base::Result<agent::CheckoutPlace> Find(const std::string& directory) override;
  base::Result<bool> NeedsAdoption(const std::string& toplevel) override;
  base::Result<model::Run> IdleRun(const std::string& toplevel) override;
  base::Result<std::vector<model::RunSummary>> Runs(const std::string& toplevel,
                                                    const agent::RunsQuery& query) override;
  base::Result<model::RunReport> Show(const std::string& toplevel,
                                      const std::string& word) override;
  base::Result<agent::LogFile> Log(const std::string& toplevel, const std::string& run,
                                   const std::string& node, int32_t attempt) override;
  std::string WorkTree(const std::string& toplevel, const std::string& run,
                       const std::string& node) override;
  base::Result<model::NextReply> Next(const std::string& toplevel,
                                      const model::NextRequest& request) override;
  base::Result<std::string> Hosts(const std::string& toplevel) override;
  base::Result<std::string> Pipeline(const std::string& toplevel,
                                     const agent::PlanQuery& query) override;

 private:
  base::Result<command::Checkout> CheckoutOf(const std::string& toplevel) const;

  os::Environment environment_;
  PlaceOf place_of_;
};

}  // namespace odu::cli
