#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "base/text.h"
#include "odu/agent/heartbeat.h"
#include "odu/agent/red_nodes.h"
#include "odu/agent/toolbox.h"
#include "odu/face/status_report.h"
#include "odu/face/stored_view.h"
#include "odu/model/run_id.h"
#include "surface/codec.h"

namespace odu::agent {
namespace {

using boost::asio::awaitable;
using model::NextReply;

/// With heartbeats every host waits this long, without them half of them would have given up.
constexpr int64_t kBoundWithProgressMs = 240'000;
constexpr int64_t kBoundMs = 45'000;
/// The view comes over another link than the answer.
constexpr async::Duration kViewCatchesUp = std::chrono::milliseconds(300);
constexpr async::Duration kRedialEvery = std::chrono::milliseconds(250);
constexpr size_t kMostRed = 8;
constexpr size_t kNamedInProgress = 3;

bool IsLost(const base::Error& error) {
  return error.code() == "closed" || error.code() == "closing" ||
         error.code() == "coordinator_stopping";
}

std::string ProgressText(const face::View& view) {
  const NodeCounts counts = CountsOf(view);
  std::string text = fmt::format("{} of {} nodes done",
                                 counts.total - counts.pending - counts.running, counts.total);
  if (counts.failed + counts.errored > 0) {
    text += fmt::format(", {} red", counts.failed + counts.errored);
  }
  size_t named = 0;
  for (const model::Node* node : face::Ordered(view)) {
    if (node->status == model::NodeStatus::kRunning && named < kNamedInProgress) {
      text += (named++ == 0 ? ", running: " : ", ") + node->name;
    }
  }
  return text;
}

/// `run.next` over one coordinator after another, on links of its own: a call that is given up
/// takes its question along.
awaitable<base::Result<NextReply>> AskNext(World& world, LiveCheckout& checkout,
                                           model::NextRequest request, face::Start start,
                                           int64_t bound_ms) {
  const async::Duration until = world.clock.Now() + std::chrono::milliseconds(bound_ms);
  for (bool again = false;; again = true) {
    if (again) {
      const bool passed = co_await world.clock.Sleep(kRedialEvery);
      if (!passed) {
        co_return base::Fail(base::ErrorKind::kCancelled, "cancelled", "the wait was given up");
      }
    }
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - world.clock.Now());
    auto client = co_await checkout.Dial(start);
    if (!client && (!again || left.count() <= 0)) {
      co_return base::Pass(client.error());
    }
    if (!client) {
      continue;
    }
    model::NextRequest copy = request;
    copy.deadline_ms = std::max<int64_t>(left.count(), 0);
    auto reply = co_await (*client)->Call(model::OduSurface::kRunNext, std::move(copy));
    if (reply || !IsLost(reply.error())) {
      co_return reply;
    }
    // There was a run: whoever comes next has to be asked about it.
    start = face::Start::kIfNeeded;
  }
}

std::vector<std::string> RedNames(const NextReply& reply) {
  std::vector<std::string> names = reply.failed;
  names.insert(names.end(), reply.errored.begin(), reply.errored.end());
  return names;
}

int64_t EndedAt(const model::Node& node) {
  return node.started_at.value_or(0) + node.duration_ms.value_or(0);
}

/// What keeps a lane from its machine, while it is.
std::string LaneTroubles(const face::View& view) {
  std::string text;
  for (const auto& [platform, lane] : view.lanes) {
    if (lane.state != "connected" && lane.state != "ended" && !lane.detail.empty()) {
      text += fmt::format("; lane {} on {} is {}: {}", platform, base::Sanitised(lane.host, false),
                          lane.state, base::Sanitised(lane.detail, false));
    }
  }
  return text;
}

std::string NextCall(const WaitOut& out, const face::View& view) {
  if (out.settled && out.passed) {
    const std::string scope = face::ScopeText(out.scope);
    std::string text = scope == "all"
                           ? std::string("nothing to fix: every expected node passed")
                           : fmt::format(
                                 "what was asked for passed ({}): that says nothing of the "
                                 "pipeline's other nodes, 'run' without a selection does",
                                 scope);
    if (!out.flaky.empty()) {
      text += "; those in 'flaky' were red before on the same commit";
    }
    if (!out.unposted.empty()) {
      text +=
          "; the forge has not confirmed the statuses in 'unposted' yet: show_run tells when "
          "none is left, 'odu post --retry' on the command line tries them now and says why not";
    }
    return text;
  }
  if (!out.failed.empty() || !out.errored.empty()) {
    std::string text =
        "fix what the excerpts show (tail_log or log_search for more). Uncommitted or new commits "
        "need a new 'run'; 'node_rerun' runs the same commit again (a flake, a machine that was "
        "away)";
    if (!out.settled) {
      text += fmt::format("; the others go on: wait_for_settle with after '{}' for the next red",
                          out.cursor);
    }
    return text;
  }
  if (!out.settled) {
    return "wait_for_settle again" + LaneTroubles(view);
  }
  return out.verdict == model::Verdict::kCancelled
             ? "it was cancelled: 'run' starts anew, node_rerun runs some of its nodes again"
             : "show_run tells what is missing";
}

void Fill(WaitOut& out, const face::View& view, World& world, const std::string& toplevel) {
  out.counts = CountsOf(view);
  std::vector<const model::Node*> red;
  for (const std::string& name : RedNames(out)) {
    const auto node = view.nodes.find(name);
    if (node != view.nodes.end()) {
      red.push_back(&node->second);
    }
  }
  std::ranges::stable_sort(
      red, [](const model::Node* a, const model::Node* b) { return EndedAt(*a) > EndedAt(*b); });
  out.has_more = red.size() > kMostRed || red.size() < RedNames(out).size();
  red.resize(std::min(red.size(), kMostRed));
  for (const model::Node* node : red) {
    out.red.push_back(RedNodeOf(world.store, toplevel, out.run_id, *node));
  }
  for (const model::Node* node : face::Ordered(view)) {
    if (!model::IsTerminal(node->status)) {
      out.unresolved.push_back(node->name);
    }
  }
  out.returned = out.settled ? "settled" : out.timed_out ? "timed_out" : "red";
  out.next = NextCall(out, view);
  FitAnswer(out);
}

}  // namespace

Toolbox::Awaited<WaitOut> Toolbox::Wait(LiveCheckout& checkout, WaitIn in, mcp::Call& call) {
  model::NextRequest request;
  request.after = in.after;
  request.settle = !in.fail_fast;
  auto expected = ExpectedSha(in.expected_sha);
  if (!expected) {
    co_return base::Pass(expected.error());
  }
  request.expected_sha = std::move(*expected);
  const auto client = co_await checkout.ReachToLook();
  if (!client && client.error().code() != "not_running") {
    co_return base::Pass(client.error());
  }
  const model::Run& live = checkout.view().run;
  // One that is over stands there for a while: it is no run to wait for.
  const bool over = live.phase == model::RunPhase::kSettled && !live.open;
  const bool is_live = client.has_value() && live.run_id.has_value() && !over;
  if (is_live && (in.run.empty() || in.run == live.ref || in.run == *live.run_id)) {
    request.run_id = *live.run_id;
  } else if (in.run.empty() && !checkout.last_started.empty()) {
    request.run_id = checkout.last_started;
  } else if (!in.run.empty()) {
    const auto named = FindRun(checkout, in.run);
    if (!named) {
      co_return base::Pass(named.error());
    }
    request.run_id = named->run_id;
  } else {
    auto idle = client ? base::Result<model::Run>(live) : world_.store.IdleRun(checkout.toplevel());
    if (idle && idle->run_id.has_value()) {
      idle->last_ref = idle->ref;
      idle->last_verdict = idle->verdict;
      idle->last_finished_at = idle->settled_at;
    }
    co_return base::Pass(face::NoRun(idle ? *idle : model::Run(), world_.clock.WallMs()));
  }
  const int64_t bound_ms =
      in.timeout_ms.value_or(call.wants_progress() ? kBoundWithProgressMs : kBoundMs);
  const Heartbeat heartbeat(world_.executor, world_.clock, call, bound_ms / 1000,
                            [&checkout] { return ProgressText(checkout.view()); });
  base::Result<NextReply> reply = NextReply();
  if (is_live && request.run_id == *live.run_id) {
    reply = co_await AskNext(world_, checkout, request, face::Start::kNever, bound_ms);
    if (!reply && reply.error().code() == "not_running") {
      reply = world_.store.Next(checkout.toplevel(), request);
    }
  } else {
    reply = world_.store.Next(checkout.toplevel(), request);
  }
  if (!reply) {
    co_return base::Pass(reply.error());
  }
  WaitOut out;
  static_cast<NextReply&>(out) = std::move(*reply);
  const auto caught_up = [&checkout, &out] {
    const face::View& view = checkout.view();
    const bool same_end =
        !out.settled || (view.run.verdict == out.verdict && view.run.flaky == out.flaky);
    return view.run.run_id == out.run_id && same_end &&
           std::ranges::all_of(RedNames(out), [&](const auto& name) {
             const auto node = view.nodes.find(name);
             return node != view.nodes.end() && model::IsRed(node->second.status);
           });
  };
  const bool in_view = co_await checkout.Until(caught_up, kViewCatchesUp);
  if (in_view) {
    Fill(out, checkout.view(), world_, checkout.toplevel());
    co_return out;
  }
  const auto report = world_.store.Show(checkout.toplevel(), out.run_id);
  if (!report) {
    co_return base::Pass(report.error());
  }
  Fill(out, face::StoredView(*report), world_, checkout.toplevel());
  co_return out;
}

}  // namespace odu::agent
