#include "odu/coordinator/run_commands.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/text.h"
#include "odu/model/ids.h"
#include "odu/model/selector.h"

namespace odu::coordinator {
namespace {

using base::ErrorKind;
using base::Fail;
using base::Pass;
using base::Result;
using boost::asio::awaitable;
using model::NodesReply;

using ByLane = std::map<std::string, std::vector<std::string>>;

ByLane GroupByLane(const FanIn& run, const std::vector<size_t>& nodes) {
  ByLane lanes;
  for (const size_t index : nodes) {
    const model::Node& node = run.nodes()[index];
    lanes[node.platform].push_back(node.recipe);
  }
  return lanes;
}

NodesReply ReplyFor(const LiveRun& run) {
  NodesReply reply;
  reply.run_id = run.header().run_id;
  reply.ref = run.header().ref;
  return reply;
}

/// A cancel changes none of these, also one that its lane has not been told yet.
std::set<std::string> OverIn(const FanIn& run, std::string_view platform) {
  std::set<std::string> over;
  for (const model::Node& node : run.nodes()) {
    if (node.platform == platform && model::IsTerminal(node.status)) {
      over.insert(node.recipe);
    }
  }
  return over;
}

void AddNames(NodesReply& reply, const std::vector<std::string>& instances,
              const std::string& platform) {
  for (const std::string& instance : instances) {
    reply.nodes.push_back(model::NodeId(instance, platform));
  }
}

/// A request may have been carried out long ago, for an earlier owner: then its attempts are heard
/// of already, and what the nodes were at when it was asked again says nothing. An older lane does
/// not tell them.
std::vector<int32_t> AttemptsBefore(const model::LaneNodesReply& answer,
                                    const std::map<std::string, int32_t>& when_asked) {
  std::vector<int32_t> attempts;
  for (size_t i = 0; i < answer.nodes.size(); ++i) {
    const auto known = when_asked.find(answer.nodes[i]);
    const int32_t before = known == when_asked.end() ? 0 : known->second;
    attempts.push_back(i < answer.attempts.size() ? answer.attempts[i] - 1 : before);
  }
  return attempts;
}

/// A lane sees each of its requests once, whatever the other lanes see.
std::string RequestFor(const std::string& request_id, const std::string& platform) {
  return request_id + "." + platform;
}

}  // namespace

awaitable<Result<NodesReply>> RerunNodes(std::shared_ptr<LiveRun> run, std::string request_id,
                                         std::vector<size_t> nodes) {
  const ByLane lanes = GroupByLane(run->fan_in(), nodes);
  for (const auto& [platform, instances] : lanes) {
    if (run->LinkOf(platform) == nullptr) {
      co_return Fail(ErrorKind::kGone, "lane_gone", "rerun: lane " + platform + " is gone");
    }
  }
  NodesReply reply = ReplyFor(*run);
  for (const auto& [platform, instances] : lanes) {
    LaneLink* link = run->LinkOf(platform);
    if (link == nullptr) {
      co_return Fail(ErrorKind::kGone, "lane_gone", "rerun: lane " + platform + " is gone");
    }
    std::map<std::string, int32_t> before;
    for (const model::Node& node : run->fan_in().nodes()) {
      if (node.platform == platform) {
        before[node.recipe] = node.attempt;
      }
    }
    auto answer = co_await link->Rerun(RequestFor(request_id, platform), instances);
    if (!answer) {
      co_return Pass(answer.error().In("rerun"));
    }
    run->Reset(platform, answer->nodes, AttemptsBefore(*answer, before));
    AddNames(reply, answer->nodes, platform);
  }
  co_return reply;
}

awaitable<Result<NodesReply>> CancelNodes(std::shared_ptr<LiveRun> run, std::string request_id,
                                          std::vector<size_t> nodes, bool at_once) {
  NodesReply reply = ReplyFor(*run);
  for (const auto& [platform, instances] : GroupByLane(run->fan_in(), nodes)) {
    LaneLink* link = run->LinkOf(platform);
    if (link == nullptr) {
      continue;
    }
    const std::set<std::string> over = OverIn(run->fan_in(), platform);
    auto answer = co_await link->Cancel(RequestFor(request_id, platform), instances, at_once);
    if (!answer) {
      co_return Pass(answer.error().In("cancel"));
    }
    std::erase_if(answer->nodes, [&](const std::string& node) { return over.contains(node); });
    AddNames(reply, answer->nodes, platform);
  }
  co_return reply;
}

awaitable<Result<NodesReply>> CancelRun(std::shared_ptr<LiveRun> run, std::string request_id,
                                        bool at_once) {
  NodesReply reply = ReplyFor(*run);
  std::optional<base::Error> failure;
  for (const ledger::RunLane& lane : run->header().lanes) {
    LaneLink* link = run->LinkOf(lane.platform);
    if (link == nullptr) {
      continue;
    }
    // A second, sharper request is another request to the lane.
    const std::string id = RequestFor(request_id, lane.platform) + (at_once ? ".now" : "");
    const std::set<std::string> over = OverIn(run->fan_in(), lane.platform);
    auto answer = co_await link->Cancel(id, std::vector<std::string>(), at_once);
    if (!answer) {
      failure = answer.error();
      continue;
    }
    std::erase_if(answer->nodes, [&](const std::string& node) { return over.contains(node); });
    AddNames(reply, answer->nodes, lane.platform);
  }
  if (failure) {
    co_return Pass(failure->In("cancel"));
  }
  co_return reply;
}

Result<std::vector<size_t>> FindNodes(const FanIn& run, const std::vector<std::string>& targets) {
  std::vector<std::string> ids;
  ids.reserve(run.nodes().size());
  for (const model::Node& node : run.nodes()) {
    ids.push_back(node.name);
  }
  std::set<size_t> found;
  for (const std::string& target : targets) {
    const auto names = model::MatchIds(ids, target);
    if (!names) {
      return Pass(names.error());
    }
    for (const std::string& name : *names) {
      found.insert(*run.Find(name));
    }
  }
  if (found.empty()) {
    return Fail(ErrorKind::kUsage, "no_targets", "no node was named");
  }
  return std::vector<size_t>(found.begin(), found.end());
}

}  // namespace odu::coordinator
