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

  // What resources are made of, too (look_tools.cc). `checkout` is the one that `in` names.
  Awaited<NodesOut> Nodes(LiveCheckout& checkout, NodesIn in);
  Awaited<TailOut> Tail(LiveCheckout& checkout, TailIn in);
  Awaited<RunsOut> Runs(LiveCheckout& checkout, RunsIn in);
  Awaited<ShowOut> Show(LiveCheckout& checkout, ShowIn in);

 private:
  // run_tools.cc
  Awaited<RunOut> Run(LiveCheckout& checkout, RunIn in, mcp::Call& call);
  Awaited<SteerOut> Rerun(LiveCheckout& checkout, RerunIn in);
  Awaited<SteerOut> CancelNodes(LiveCheckout& checkout, NodeCancelIn in);
  Awaited<SteerOut> CancelLanes(LiveCheckout& checkout, LaneCancelIn in);
  Awaited<SteerOut> Cancel(LiveCheckout& checkout, CancelIn in);

  // wait_tool.cc
  Awaited<WaitOut> Wait(LiveCheckout& checkout, WaitIn in, mcp::Call& call);

  // look_tools.cc
  Awaited<SearchOut> Search(LiveCheckout& checkout, SearchIn in, mcp::Call& call);
  Awaited<HostsOut> Hosts(LiveCheckout& checkout, HostsIn in);
  Awaited<PipelineOut> Pipeline(LiveCheckout& checkout, PipelineIn in);

  /// A tool's method: some want the call, too.
  template <class In, class Out, class... Call>
  using Method = Awaited<Out> (Toolbox::*)(LiveCheckout&, In, Call&...);
  template <class In, class Out, class... Call>
  static Awaited<Out> OnCheckout(Toolbox* self, Method<In, Out, Call...> method, In in,
                                 mcp::Call* call);
  template <class In, class Out, class... Call>
  void Add(mcp::Server& server, std::string_view name, mcp::ToolHints hints,
           Method<In, Out, Call...> method, bool task_support = false);

  /// The run that `word` names, if it is of a checkout that may be told of.
  base::Result<model::RunReport> FindRun(const LiveCheckout& checkout, const std::string& word);
  async::Worker& worker();

  World& world_;
  Checkouts& checkouts_;
  /// Made when it is needed: threads are for those who search.
  std::unique_ptr<async::Worker> worker_;
};

/// The commit that a caller insists on, lower case; empty where it names none. An empty one that
/// was given is kUsage "bad_value": it is somebody's variable that was never set.
base::Result<std::string> ExpectedSha(const std::optional<std::string>& given);

/// How many nodes are in which state.
NodeCounts CountsOf(const face::View& view);

}  // namespace odu::agent
