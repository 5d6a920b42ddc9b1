#include "odu/face/steer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/text.h"
#include "odu/model/run_id.h"
#include "surface/codec.h"

namespace odu::face {
namespace {

using Odu = model::OduSurface;

/// An answer is lost a few times at most; each time another coordinator may have to come.
constexpr int kTries = 5;
constexpr async::Duration kAgainAfter = std::chrono::milliseconds(200);

/// Who cancels where nobody runs is told so.
base::Error Unreached(const base::Error& error) {
  return error.code() == "not_running" ? NoRun(model::Run(), 0) : error;
}

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

/// Contract 3: without anything to act on, exit 3.
base::Error NothingToDo(std::string_view command, std::string_view why,
                        const model::NodesReply& reply) {
  return base::Error(base::ErrorKind::kGone, "nothing_to_do",
                     fmt::format("{}: {}, in run {}", command, why, reply.ref),
                     "'odu status' shows how its nodes are");
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

std::string RequestId(FaceContext& context, const std::string& given) {
  return given.empty() ? model::NewRunId(context.clock.WallMs()) : given;
}

/// Asks until there is an answer: a request whose answer was lost is made again under its id, and
/// carried out once.
template <class Request>
boost::asio::awaitable<base::Result<model::NodesReply>> Ask(
    FaceContext& context, Start start, surface::Procedure<Request, model::NodesReply> procedure,
    Request request) {
  for (int tries = 1;; ++tries) {
    auto client = co_await Reach(context, start);
    if (!client) {
      co_return base::Pass(client.error());
    }
    auto reply = co_await (*client)->Call(procedure, request);
    const bool lost = !reply && IsLost(reply.error());
    if (!lost || tries == kTries) {
      co_return reply;
    }
    start = Start::kIfNeeded;
    const bool passed = co_await context.clock.Sleep(kAgainAfter);
    if (!passed) {
      co_return base::Fail(base::ErrorKind::kCancelled, "interrupted", "interrupted");
    }
  }
}

model::NodesRequest RequestFor(std::string request_id, std::vector<std::string> targets) {
  model::NodesRequest request;
  request.request_id = std::move(request_id);
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
  model::NodesRequest request =
      RequestFor(RequestId(context, call.request_id), std::move(call.targets));
  request.run_id = std::move(call.run_id);
  request.env = std::move(call.environment);
  request.umask = call.umask;
  auto reply = co_await Ask(context, Start::kIfNeeded, Odu::kNodeRerun, request);
  if (!reply) {
    co_return base::Pass(reply.error());
  }
  if (reply->nodes.empty()) {
    co_return base::Pass(NothingToDo("rerun", "nothing has run yet of what was named", *reply));
  }
  co_return Report(context.console, "rerunning", *reply, call.as_json);
}

boost::asio::awaitable<base::Result<int>> Cancel(FaceContext& context, CancelCall call) {
  const std::string request_id = RequestId(context, call.request_id);
  if (call.targets.empty()) {
    model::RunCancelRequest request;
    request.request_id = request_id;
    request.at_once = call.at_once;
    auto reply = co_await Ask(context, call.start, Odu::kRunCancel, request);
    if (!reply) {
      co_return base::Pass(Unreached(reply.error()));
    }
    co_return Report(context.console, "cancelling", *reply, call.as_json);
  }
  const auto lanes_end =
      std::stable_partition(call.targets.begin(), call.targets.end(), IsPlatformTarget);
  model::NodesReply all;
  if (lanes_end != call.targets.begin()) {
    std::vector<std::string> platforms;
    std::transform(call.targets.begin(), lanes_end, std::back_inserter(platforms), WithoutAt);
    model::NodesRequest request = RequestFor(request_id + ".lanes", std::move(platforms));
    request.at_once = call.at_once;
    auto reply = co_await Ask(context, call.start, Odu::kLaneCancel, request);
    if (!reply) {
      co_return base::Pass(Unreached(reply.error()));
    }
    Merge(all, std::move(*reply));
  }
  if (lanes_end != call.targets.end()) {
    model::NodesRequest request =
        RequestFor(request_id, std::vector<std::string>(lanes_end, call.targets.end()));
    request.at_once = call.at_once;
    auto reply = co_await Ask(context, call.start, Odu::kNodeCancel, request);
    if (!reply) {
      co_return base::Pass(Unreached(reply.error()));
    }
    Merge(all, std::move(*reply));
  }
  if (all.nodes.empty()) {
    co_return base::Pass(NothingToDo("cancel", "all that was named has ended", all));
  }
  co_return Report(context.console, "cancelling", all, call.as_json);
}

}  // namespace odu::face
