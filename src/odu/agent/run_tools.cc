#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "odu/agent/fit_list.h"
#include "odu/agent/heartbeat.h"
#include "odu/agent/toolbox.h"
#include "odu/model/run_id.h"

namespace odu::agent {
namespace {

using boost::asio::awaitable;
using Odu = model::OduSurface;

/// A coordinator that dies while it starts a run is asked again: the request's id makes that safe.
constexpr int kStartTries = 3;
/// So that what is asked next sees what was done.
constexpr async::Duration kViewCatchesUp = std::chrono::milliseconds(500);

base::Result<std::map<std::string, std::string>> PinsOf(const std::vector<std::string>& hosts) {
  std::map<std::string, std::string> pins;
  for (const std::string& pin : hosts) {
    const size_t equals = pin.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == pin.size()) {
      return base::Fail(base::ErrorKind::kUsage, "bad_host",
                        fmt::format("hosts: expected PLATFORM=ADDR, got '{}'", pin),
                        "for example x86_64-linux=localhost");
    }
    pins[pin.substr(0, equals)] = pin.substr(equals + 1);
  }
  return pins;
}

awaitable<base::Result<model::RunStartReply>> AskForRun(LiveCheckout& checkout,
                                                        const model::RunStartRequest& request) {
  for (int tries = 1;; ++tries) {
    auto client = co_await checkout.Dial(face::Start::kIfNeeded);
    if (!client && client.error().code() == "daemon_died" && tries < kStartTries) {
      continue;
    }
    if (!client) {
      co_return base::Pass(client.error());
    }
    model::RunStartRequest copy = request;
    auto reply = co_await (*client)->Call(Odu::kRunStart, std::move(copy));
    if (reply) {
      co_return reply;
    }
    const std::string& code = reply.error().code();
    if ((code != "closed" && code != "closing") || tries == kStartTries) {
      co_return base::Pass(reply.error());
    }
  }
}

std::string IdOr(const std::string& given, World& world) {
  return given.empty() ? model::NewRunId(world.clock.WallMs()) : given;
}

SteerOut SteerOutOf(model::NodesReply reply, std::string next) {
  SteerOut out;
  static_cast<model::NodesReply&>(out) = std::move(reply);
  out.count = static_cast<int64_t>(out.nodes.size());
  out.next = std::move(next);
  FitList(out, {}, out.nodes);
  return out;
}

/// A live run is there or it is not; nothing is started to cancel something.
awaitable<base::Result<std::shared_ptr<surface::Client>>> ReachToCancel(LiveCheckout& checkout,
                                                                        World& world) {
  auto client = co_await checkout.ReachToLook();
  if (!client && client.error().code() == "not_running") {
    const auto idle = world.store.IdleRun(checkout.toplevel());
    co_return base::Pass(face::NoRun(idle ? *idle : model::Run(), world.clock.WallMs()));
  }
  co_return client;
}

awaitable<base::Result<SteerOut>> CancelSome(
    World& world, LiveCheckout& checkout,
    surface::Procedure<model::NodesRequest, model::NodesReply> procedure,
    std::vector<std::string> targets, bool at_once) {
  const auto client = co_await ReachToCancel(checkout, world);
  if (!client) {
    co_return base::Pass(client.error());
  }
  model::NodesRequest request;
  request.request_id = model::NewRunId(world.clock.WallMs());
  request.targets = std::move(targets);
  request.at_once = at_once;
  auto reply = co_await (*client)->Call(procedure, std::move(request));
  if (!reply) {
    co_return base::Pass(reply.error());
  }
  co_return SteerOutOf(std::move(*reply), "get_nodes shows what became of them");
}

}  // namespace

Toolbox::Awaited<RunOut> Toolbox::Run(LiveCheckout& checkout, RunIn in, mcp::Call& call) {
  const auto pins = PinsOf(in.hosts);
  if (!pins) {
    co_return base::Pass(pins.error());
  }
  if (auto inside = CheckInside(checkout.toplevel(), in.pipeline); !inside) {
    co_return base::Pass(inside.error());
  }
  model::RunStartRequest request;
  request.request_id = IdOr(in.request_id, world_);
  request.scope.selectors = in.selectors;
  request.scope.platforms = in.platforms;
  request.scope.root = in.root;
  request.scope.pipeline_file = in.pipeline;
  request.scope.no_deps = in.no_deps;
  request.scope.no_strict = in.no_strict;
  request.scope.no_snapshot = in.no_snapshot;
  request.scope.no_post = in.no_post;
  request.hosts = *pins;
  request.jobs = static_cast<int32_t>(in.jobs.value_or(0));
  request.when_busy = in.supersede ? model::WhenBusy::kSupersede : model::WhenBusy::kRefuse;
  request.cwd = checkout.toplevel();
  request.env = world_.environment.entries();
  request.umask = world_.umask;
  request.started_by = fmt::format("odu mcp (pid {})", world_.pid);
  auto expected = ExpectedSha(in.expected_sha);
  if (!expected) {
    co_return base::Pass(expected.error());
  }
  request.expected_sha = std::move(*expected);
  const Heartbeat heartbeat(world_.executor, world_.clock, call, 0,
                            [] { return std::string("the run is being prepared"); });
  auto reply = co_await AskForRun(checkout, request);
  if (!reply) {
    co_return base::Pass(reply.error());
  }
  RunOut out;
  static_cast<model::RunStartReply&>(out) = std::move(*reply);
  checkout.last_started = out.run_id;
  out.next = "wait_for_settle: it returns at the first red node, or with the verdict";
  const auto client = co_await checkout.ReachToLook();
  if (client) {
    co_await checkout.Until([&] { return checkout.view().run.run_id == out.run_id; },
                            kViewCatchesUp);
  }
  co_return out;
}

Toolbox::Awaited<SteerOut> Toolbox::Rerun(LiveCheckout& checkout, RerunIn in) {
  const auto client = co_await checkout.Reach(face::Start::kIfNeeded);
  if (!client) {
    co_return base::Pass(client.error());
  }
  std::map<std::string, int32_t> attempts;
  for (const auto& [name, node] : checkout.view().nodes) {
    attempts[name] = node.attempt;
  }
  model::NodesRequest request;
  request.request_id = IdOr(in.request_id, world_);
  request.targets = std::move(in.nodes);
  request.env = world_.environment.entries();
  request.umask = world_.umask;
  auto reply = co_await (*client)->Call(Odu::kNodeRerun, std::move(request));
  if (!reply) {
    co_return base::Pass(reply.error());
  }
  checkout.last_started = reply->run_id;
  const std::vector<std::string>& nodes = reply->nodes;
  const auto shown = [&] {
    const face::View& view = checkout.view();
    return view.run.run_id == reply->run_id && std::ranges::all_of(nodes, [&](const auto& name) {
             const auto node = view.nodes.find(name);
             return node != view.nodes.end() && (!model::IsTerminal(node->second.status) ||
                                                 node->second.attempt > attempts[name]);
           });
  };
  co_await checkout.Until(shown, kViewCatchesUp);
  std::string next = "wait_for_settle: it returns when they are red again, or with the verdict";
  if (reply->linked) {
    next +=
        "; the earlier run was over, so this is a new one of the same commit with these nodes "
        "only: its green says nothing of the others";
  }
  co_return SteerOutOf(std::move(*reply), std::move(next));
}

Toolbox::Awaited<SteerOut> Toolbox::CancelNodes(LiveCheckout& checkout, NodeCancelIn in) {
  auto out =
      co_await CancelSome(world_, checkout, Odu::kNodeCancel, std::move(in.nodes), in.at_once);
  co_return out;
}

Toolbox::Awaited<SteerOut> Toolbox::CancelLanes(LiveCheckout& checkout, LaneCancelIn in) {
  auto out =
      co_await CancelSome(world_, checkout, Odu::kLaneCancel, std::move(in.platforms), in.at_once);
  co_return out;
}

Toolbox::Awaited<SteerOut> Toolbox::Cancel(LiveCheckout& checkout, CancelIn in) {
  const auto client = co_await ReachToCancel(checkout, world_);
  if (!client) {
    co_return base::Pass(client.error());
  }
  model::RunCancelRequest request;
  request.request_id = model::NewRunId(world_.clock.WallMs());
  request.run_id = in.run_id;
  request.at_once = in.at_once;
  auto reply = co_await (*client)->Call(Odu::kRunCancel, std::move(request));
  if (!reply) {
    co_return base::Pass(reply.error());
  }
  co_return SteerOutOf(std::move(*reply),
                       "wait_for_settle with fail_fast false tells when it has ended");
}

}  // namespace odu::agent
