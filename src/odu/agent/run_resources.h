#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/resource.h"
#include "odu/agent/checkouts.h"
#include "odu/agent/toolbox.h"

namespace odu::agent {

/// The resources of odu, of the checkout that the server was started in:
///
///   surface://streams/nodes           the live run and its nodes
///   surface://collections/logs        whose logs there are
///   surface://collections/logs/{id}   the end of a node's newest log, 64 KiB of it
///   surface://runs/{run}              everything that is known of a run
///
/// A subscription is told of every transition, also of runs that begin later.
class RunResources final : public mcp::ResourceSet {
 public:
  static constexpr std::string_view kLogTemplate = "surface://collections/logs/{id}";

  RunResources(World& world, Checkouts& checkouts, Toolbox& tools)
      : world_(world), checkouts_(checkouts), tools_(tools) {}

  boost::asio::awaitable<std::vector<mcp::ResourceInfo>> List() override;
  std::vector<mcp::TemplateInfo> Templates() const override;
  boost::asio::awaitable<base::Result<std::string>> Read(std::string uri) override;
  base::Result<std::unique_ptr<mcp::Watch>> Subscribe(const std::string& uri,
                                                      std::function<void()> changed) override;
  boost::asio::awaitable<mcp::Completion> Complete(std::string uri_template, std::string argument,
                                                   std::string begin) override;

 private:
  /// Names of nodes that may have a log: of the live run, else of the newest.
  boost::asio::awaitable<std::vector<std::string>> NodeNames();
  boost::asio::awaitable<std::vector<model::RunSummary>> NewestRuns(int64_t limit);

  World& world_;
  Checkouts& checkouts_;
  Toolbox& tools_;
};

}  // namespace odu::agent
