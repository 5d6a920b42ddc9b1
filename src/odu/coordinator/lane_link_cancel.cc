#include <signal.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "async/deadline.h"
#include "base/log.h"
#include "odu/coordinator/lane_link.h"
#include "odu/model/ids.h"

// How a lane link cancels: at once, when the lane answers, or by its process.
namespace odu::coordinator {
namespace {

using base::Result;
using boost::asio::awaitable;

}  // namespace

awaitable<Result<model::LaneNodesReply>> LaneLink::Cancel(std::string request_id,
                                                          std::vector<std::string> nodes,
                                                          bool at_once) {
  if (nodes.empty() && !configured_ && !adopt_ && times_.lost_after) {
    model::LaneNodesReply reply;
    reply.nodes = AllNodes();
    LaneEnd end;
    end.kind = LaneEnd::Kind::kCancelled;
    end.reason = end.why = "cancelled";
    GiveUp(std::move(end));
    co_return reply;
  }
  model::LaneNodesRequest request;
  request.request_id = std::move(request_id);
  request.nodes = std::move(nodes);
  request.at_once = at_once;
  if (is_remote() && client_ == nullptr && !dead_ && !releasing_) {
    co_return Queue(std::move(request));
  }
  auto reply = co_await CallOnNodes(model::LaneSurface::kCancel, request, "lane cancel");
  // The link died over it, or is dying: the lane answers a repeated request as the first one.
  const bool unheard =
      !reply && (client_ == nullptr || client_->closed() || reply.error().code() == "timeout");
  if (is_remote() && unheard && !dead_ && !releasing_) {
    co_return Queue(std::move(request));
  }
  const auto stopped = carrier_->Stopped();
  if (stopped && at_once && !reply) {
    os::SendSignal(*stopped, SIGKILL);
    model::LaneNodesReply killed;
    killed.nodes = request.nodes.empty() ? AllNodes() : std::move(request.nodes);
    co_return killed;
  }
  co_return reply;
}

std::vector<std::string> LaneLink::AllNodes() const {
  std::vector<std::string> nodes{std::string(model::kSetupRecipe)};
  for (const model::PlanNode& node : configure_.plan.nodes) {
    nodes.push_back(node.id);
  }
  return nodes;
}

void LaneLink::Requeue(std::vector<model::LaneNodesRequest> cancels) {
  cancels_ = std::move(cancels);
  const auto of_all = [](const model::LaneNodesRequest& cancel) { return cancel.nodes.empty(); };
  if (std::ranges::any_of(cancels_, of_all)) {
    cancelled_at_ = world_.clock.Now();
  }
}

model::LaneNodesReply LaneLink::Queue(model::LaneNodesRequest request) {
  model::LaneNodesReply reply;
  reply.nodes = request.nodes;
  if (request.nodes.empty()) {
    cancelled_at_ = cancelled_at_.value_or(world_.clock.Now());
    reply.nodes = AllNodes();
  }
  request.epoch = 0;  // its owner's when it is told
  const bool known = std::ranges::any_of(cancels_, [&](const model::LaneNodesRequest& queued) {
    return queued.request_id == request.request_id;
  });
  if (!known) {
    cancels_.push_back(std::move(request));
    handlers_.on_cancels(cancels_);
  }
  return reply;
}

bool LaneLink::CancelIsDue() const {
  return cancelled_at_ && client_ == nullptr && !dead_ && !releasing_ &&
         world_.clock.Now() - *cancelled_at_ >= times_.cancel_bound;
}

awaitable<void> LaneLink::CarryOutCancels(Client client) {
  while (!cancels_.empty() && !dead_) {
    model::LaneNodesRequest request = cancels_.front();
    request.epoch = configure_.epoch;
    auto told = co_await async::WithDeadline(world_.clock, kAnswerBound,
                                             client->Call(model::LaneSurface::kCancel, request),
                                             "lane cancel");
    if (!told && (client->closed() || told.error().code() == "timeout")) {
      client->Close();  // it is out of touch again, and they wait on
      co_return;
    }
    if (!told) {
      base::LogWarning("lane link", "{}: a cancel that waited: {}", platform(),
                       told.error().message());
    }
    cancels_.erase(cancels_.begin());
    if (cancels_.empty()) {
      cancelled_at_.reset();
    }
    handlers_.on_cancels(cancels_);
  }
}

}  // namespace odu::coordinator
