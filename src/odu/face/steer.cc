#include "odu/face/steer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "odu/model/run_id.h"
#include "surface/codec.h"

namespace odu::face {
namespace {

using Odu = model::OduSurface;

bool IsPlatformTarget(const std::string& target) {
  return target.starts_with('@');
}

std::string WithoutAt(const std::string& target) {
  return target.substr(1);
}

int Report(Console& console, std::string_view verb, const model::NodesReply& reply, bool as_json) {
  console.Out(as_json ? surface::Encoded(reply) + '\n' : SteeredText(verb, reply));
  return 0;
}

void Merge(model::NodesReply& all, model::NodesReply some) {
  all.run_id = some.run_id;
  all.ref = some.ref;
  for (std::string& node : some.nodes) {
    if (std::find(all.nodes.begin(), all.nodes.end(), node) == all.nodes.end()) {
      all.nodes.push_back(std::move(node));
    }
  }
}

model::NodesRequest RequestFor(FaceContext& context, std::vector<std::string> targets) {
  model::NodesRequest request;
  request.request_id = model::NewRunId(context.clock.WallMs());
  request.targets = std::move(targets);
  return request;
}

}  // namespace

std::string SteeredText(std::string_view verb, const model::NodesReply& reply) {
  std::string text;
  if (reply.linked) {
    const std::string because = reply.because.empty() ? "the run was closed" : reply.because;
    text = fmt::format("{}; started run {} of the same commit\n", because, reply.ref);
  }
  text +=
      fmt::format("{} in run {}: {}\n", verb, reply.ref, base::Counted(reply.nodes.size(), "node"));
  for (const std::string& node : reply.nodes) {
    text += "  " + node + '\n';
  }
  return text;
}

boost::asio::awaitable<base::Result<int>> Rerun(FaceContext& context, RerunCall call) {
  auto client = co_await Reach(context, Start::kIfNeeded);
  if (!client) {
    co_return base::Pass(client.error());
  }
  model::NodesRequest request = RequestFor(context, std::move(call.targets));
  request.env = std::move(call.environment);
  request.umask = call.umask;
  auto reply = co_await (*client)->Call(Odu::kNodeRerun, std::move(request));
  if (!reply) {
    co_return base::Pass(reply.error());
  }
  co_return Report(context.console, "rerunning", *reply, call.as_json);
}

boost::asio::awaitable<base::Result<int>> Cancel(FaceContext& context, CancelCall call) {
  auto client = co_await Reach(context, call.start);
  if (!client && client.error().code() == "not_running") {
    co_return base::Pass(NoRun(model::Run(), 0));
  }
  if (!client) {
    co_return base::Pass(client.error());
  }
  if (call.targets.empty()) {
    model::RunCancelRequest request;
    request.request_id = model::NewRunId(context.clock.WallMs());
    request.at_once = call.at_once;
    auto reply = co_await (*client)->Call(Odu::kRunCancel, std::move(request));
    if (!reply) {
      co_return base::Pass(reply.error());
    }
    co_return Report(context.console, "cancelling", *reply, call.as_json);
  }
  const auto lanes_end =
      std::stable_partition(call.targets.begin(), call.targets.end(), IsPlatformTarget);
  model::NodesReply all;
  if (lanes_end != call.targets.begin()) {
    std::vector<std::string> platforms;
    std::transform(call.targets.begin(), lanes_end, std::back_inserter(platforms), WithoutAt);
    model::NodesRequest request = RequestFor(context, std::move(platforms));
    request.at_once = call.at_once;
    auto reply = co_await (*client)->Call(Odu::kLaneCancel, std::move(request));
    if (!reply) {
      co_return base::Pass(reply.error());
    }
    Merge(all, std::move(*reply));
  }
  if (lanes_end != call.targets.end()) {
    model::NodesRequest request =
        RequestFor(context, std::vector<std::string>(lanes_end, call.targets.end()));
    request.at_once = call.at_once;
    auto reply = co_await (*client)->Call(Odu::kNodeCancel, std::move(request));
    if (!reply) {
      co_return base::Pass(reply.error());
    }
    Merge(all, std::move(*reply));
  }
  co_return Report(context.console, "cancelling", all, call.as_json);
}

}  // namespace odu::face
