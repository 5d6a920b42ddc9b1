#pragma once

#include <string>
#include <string_view>

#include "async/worker.h"
#include "mcp/server.h"
#include "odu/agent/checkouts.h"
#include "odu/agent/look_shapes.h"
#include "odu/agent/run_shapes.h"
#include "odu/agent/wait_shapes.h"
#include "odu/agent/world.h"

namespace odu::agent {

/// The tools of odu: clients of the coordinator like every face, and readers of the store. They
/// hold nothing of a run: ending them ends nothing.
class Toolbox {
 public:
  Toolbox(World& world, Checkouts& checkouts);
  Toolbox(const Toolbox&) = delete;
  Toolbox& operator=(const Toolbox&) = delete;

  /// Declares them all. `server` must not outlive this.
  void AddTo(mcp::Server& server);

  template <class T>
  using Awaited = boost::asio::awaitable<base::Result<T>>;

  // What resources are made of, too (look_tools.cc):
  Awaited<NodesOut> Nodes(NodesIn in);
  Awaited<TailOut> Tail(TailIn in);
  Awaited<RunsOut> Runs(RunsIn in);
  Awaited<ShowOut> Show(ShowIn in);

 private:
  // run_tools.cc
  Awaited<RunOut> Run(RunIn in, mcp::Call& call);
  Awaited<SteerOut> Rerun(RerunIn in);
  Awaited<SteerOut> CancelNodes(NodeCancelIn in);
  Awaited<SteerOut> CancelLanes(LaneCancelIn in);
  Awaited<SteerOut> Cancel(CancelIn in);

  // wait_tool.cc
  Awaited<WaitOut> Wait(WaitIn in, mcp::Call& call);

  // look_tools.cc
  Awaited<SearchOut> Search(SearchIn in);
  Awaited<HostsOut> Hosts(HostsIn in);
  Awaited<PipelineOut> Pipeline(PipelineIn in);

  /// The run that `word` names, if it is of a checkout that may be told of.
  base::Result<model::RunReport> FindRun(const LiveCheckout& checkout, const std::string& word);
  async::Worker& worker();

  World& world_;
  Checkouts& checkouts_;
  /// Made when it is needed: threads are for those who search.
  std::unique_ptr<async::Worker> worker_;
};

/// How many nodes are in which state.
NodeCounts CountsOf(const face::View& view);

}  // namespace odu::agent
