#include "odu/coordinator/front_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "async/shielded.h"
#include "base/text.h"
#include "odu/coordinator/finished_log.h"
#include "odu/coordinator/linked_run.h"
#include "odu/coordinator/next_wait.h"
#include "odu/coordinator/recipe_environment.h"
#include "odu/coordinator/request_input.h"
#include "odu/coordinator/run_commands.h"
#include "odu/coordinator/run_factory.h"
#include "odu/coordinator/start_check.h"
#include "odu/coordinator/start_gate.h"
#include "odu/ledger/expired.h"
#include "odu/ledger/gate_journal.h"
#include "odu/ledger/run_record.h"
#include "odu/ledger/stored_next.h"
#include "odu/model/run_id.h"
#include "odu/model/selector.h"

namespace odu::coordinator {

using base::ErrorKind;
using base::Fail;
using base::Pass;
using base::Result;
using boost::asio::awaitable;
using model::NodesReply;
using model::OduSurface;
using model::RunStartReply;

namespace {

/// Before the id of a rerun: the id under which its linked run was started.
constexpr std::string_view kLinkedPrefix = "linked-";

}  // namespace

FrontDesk::FrontDesk(World& world, Coordinator& coordinator, ledger::Receipts receipts)
    : world_(world),
      coordinator_(coordinator),
      receipts_(std::move(receipts)),
      node_log_([this](const model::NodeLogInput& input) { return OpenLog(input); }) {}

void FrontDesk::Bind(surface::Server& server) {
  using surface::Caller;
  Board& board = coordinator_.board();
  server.Bind(OduSurface::kCoordinator, board.coordinator);
  server.Bind(OduSurface::kRun, board.run);
  server.Bind(OduSurface::kPipeline, board.pipeline);
  server.Bind(OduSurface::kNodes, board.nodes);
  server.Bind(OduSurface::kLanes, board.lanes);
  server.Bind(OduSurface::kRuns, board.runs);
  server.Bind(OduSurface::kNotices, board.notices);
  server.Bind(OduSurface::kNodeLog, node_log_);
  server.Bind(OduSurface::kRunStart, [this](model::RunStartRequest request, const Caller&) {
    return Start(std::move(request));
  });
  server.Bind(OduSurface::kRunCancel, [this](model::RunCancelRequest request, const Caller&) {
    return ToItsEnd<NodesReply>("run.cancel", [this, request = std::move(request)]() mutable {
      return Cancel(std::move(request));
    });
  });
  server.Bind(OduSurface::kRunNext, [this](model::NextRequest request, const Caller&) {
    return Next(std::move(request));
  });
  server.Bind(OduSurface::kNodeRerun, [this](model::NodesRequest request, const Caller&) {
    return ToItsEnd<NodesReply>("node.rerun", [this, request = std::move(request)]() mutable {
      return Rerun(std::move(request));
    });
  });
  server.Bind(OduSurface::kNodeCancel, [this](model::NodesRequest request, const Caller&) {
    return ToItsEnd<NodesReply>("node.cancel", [this, request = std::move(request)]() mutable {
      return CancelNodes(std::move(request), "node.cancel");
    });
  });
  server.Bind(OduSurface::kLaneCancel, [this](model::NodesRequest request, const Caller&) {
    return ToItsEnd<NodesReply>("lane.cancel", [this, request = std::move(request)]() mutable {
      return CancelNodes(std::move(request), "lane.cancel");
    });
  });
  server.Bind(OduSurface::kGateRetry, [this](model::GateRetryRequest request, const Caller&) {
    return RetryGate(std::move(request));
  });
}

template <class Reply>
FrontDesk::Awaited<Reply> FrontDesk::ToItsEnd(std::string name,
                                              std::move_only_function<Awaited<Reply>()> work) {
  return async::Shielded<Reply>(world_.tasks, std::move(name), std::move(work));
}

template <class Reply>
Result<std::optional<Reply>> FrontDesk::Answered(const std::string& request_id,
                                                 const std::string& method,
                                                 const std::string& input) const {
  const auto found = receipts_.Find(request_id, method, input);
  if (!found) {
    return Pass(found.error());
  }
  if (!found->has_value()) {
    return std::optional<Reply>();
  }
  auto reply = surface::DecodeText<Reply>(**found, "receipt");
  if (!reply) {
    return Pass(reply.error());
  }
  return std::optional<Reply>(std::move(*reply));
}

template <class Reply>
Result<Reply> FrontDesk::Answer(const std::string& request_id, const std::string& method,
                                const std::string& input, Reply reply) {
  if (auto kept = receipts_.Record(request_id, method, surface::Encoded(reply), input); !kept) {
    coordinator_.board().Notify(model::NoticeLevel::kWarning, "coordinator",
                                kept.error().message());
  }
  return reply;
}

void FrontDesk::Adopted(const model::RunStartRequest& request) {
  const auto run = coordinator_.run();
  if (run == nullptr) {
    return;
  }
  if (request.request_id.starts_with(kLinkedPrefix)) {
    NodesReply reply;
    reply.run_id = run->header().run_id;
    reply.ref = run->header().ref;
    reply.linked = true;
    reply.nodes = run->header().expected;
    const std::string id = request.request_id.substr(kLinkedPrefix.size());
    static_cast<void>(Answer(id, "node.rerun", std::string(), std::move(reply)));
    return;
  }
  RunStartReply reply;
  reply.run_id = run->header().run_id;
  reply.ref = run->header().ref;
  static_cast<void>(Answer(request.request_id, "run.start", InputOf(request), std::move(reply)));
}

awaitable<Result<RunStartReply>> FrontDesk::Start(model::RunStartRequest request) {
  if (auto ok = CheckStart(request); !ok) {
    co_return Pass(ok.error());
  }
  world_.ssh_agents->Offer(request.env);
  coordinator_.publisher().Offer(request.env);
  const std::string input = InputOf(request);
  auto known = Answered<RunStartReply>(request.request_id, "run.start", input);
  if (!known) {
    co_return Pass(known.error());
  }
  std::unique_ptr<Coordinator::Turn> turn;
  std::optional<RunDraft> draft;
  while (!known->has_value()) {
    if (auto awake = CheckAwake("run"); !awake) {
      co_return Pass(awake.error());
    }
    if (!draft || draft->in_place) {
      auto drafted = co_await DraftRun(world_, request);
      if (!drafted) {
        co_return Pass(drafted.error());
      }
      draft = std::move(*drafted);
    }
    if (coordinator_.busy() && request.when_busy == model::WhenBusy::kRefuse) {
      co_return Pass(Busy());
    }
    turn = co_await coordinator_.TakeTurn();
    // Meanwhile the same request may have been carried out, or another one.
    known = Answered<RunStartReply>(request.request_id, "run.start", input);
    if (!known || known->has_value()) {
      break;
    }
    if (!coordinator_.busy()) {
      break;
    }
    const std::shared_ptr<LiveRun> live = coordinator_.run();
    if (request.when_busy == model::WhenBusy::kRefuse) {
      co_return Pass(Busy());
    }
    if (request.when_busy == model::WhenBusy::kQueue) {
      turn.reset();
    } else {
      auto cancelled = co_await CancelRun(live, "supersede-" + request.request_id, false);
      if (!cancelled) {
        co_return Pass(cancelled.error());
      }
    }
    while (live->live() && !live->left()) {
      co_await live->bell().Wait();
    }
    if (turn != nullptr) {
      break;
    }
  }
  if (!known) {
    co_return Pass(known.error());
  }
  if (known->has_value()) {
    RunStartReply reply = **known;
    reply.replayed = true;
    co_return reply;
  }
  if (auto awake = CheckAwake("run"); !awake) {
    co_return Pass(awake.error());
  }
  // Up to here a caller who leaves takes the request along; from here on the run begins.
  std::move_only_function<Awaited<RunStartReply>()> begin =
      [this, drafted = std::move(*draft), request, turn = std::move(turn)]() mutable {
        return Begin(std::move(drafted), std::move(request), std::move(turn));
      };
  auto reply = co_await ToItsEnd<RunStartReply>("begin a run", std::move(begin));
  co_return reply;
}

awaitable<Result<RunStartReply>> FrontDesk::Begin(RunDraft draft, model::RunStartRequest request,
                                                  std::unique_ptr<Coordinator::Turn> /*turn*/) {
  co_await coordinator_.Retire("a new run");
  auto parts = co_await MakeRun(world_, std::move(draft), request, coordinator_.durations(), "");
  if (!parts) {
    co_return Pass(parts.error());
  }
  RunStartReply reply;
  reply.run_id = parts->header.run_id;
  reply.ref = parts->header.ref;
  coordinator_.Hold(std::move(*parts));
  auto answer = Answer(request.request_id, "run.start", InputOf(request), std::move(reply));
  co_return answer;
}

awaitable<Result<NodesReply>> FrontDesk::Cancel(model::RunCancelRequest request) {
  if (auto ok = CheckRequestId(request.request_id); !ok) {
    co_return Pass(ok.error());
  }
  const std::string input = InputOf(request);
  const auto known = Answered<NodesReply>(request.request_id, "run.cancel", input);
  if (!known) {
    co_return Pass(known.error());
  }
  if (known->has_value()) {
    co_return **known;
  }
  const std::shared_ptr<LiveRun> run = coordinator_.run();
  if (!coordinator_.busy()) {
    co_return Pass(NoRun("cancel"));
  }
  if (!request.run_id.empty() && run->header().run_id != request.run_id) {
    co_return base::Fail(ErrorKind::kRefused, "other_run",
                         fmt::format("cancel: run {} is in progress, not {}", run->header().ref,
                                     base::Quoted(request.run_id)),
                         "cancel without a run, or name that one");
  }
  auto reply = co_await CancelRun(run, request.request_id, request.at_once);
  if (!reply) {
    co_return Pass(reply.error());
  }
  auto answer = Answer(request.request_id, "run.cancel", input, std::move(*reply));
  co_return answer;
}

awaitable<Result<model::NextReply>> FrontDesk::Next(model::NextRequest request) {
  const std::shared_ptr<LiveRun> run = coordinator_.run();
  if (run != nullptr && (request.run_id.empty() || request.run_id == run->header().run_id)) {
    auto reply = co_await WaitForNext(world_, run, std::move(request));
    co_return reply;
  }
  if (request.run_id.empty() && coordinator_.last()) {
    request.run_id = coordinator_.last()->run_id;
  }
  if (!model::IsRunId(request.run_id)) {
    co_return Pass(NoRun("wait"));
  }
  const ledger::RunFolder folder = ledger::FolderOf(world_.home.state, request.run_id);
  auto read = [folder] { return ledger::ReadRun(folder); };
  const auto record = co_await world_.worker.Run(std::move(read));
  if (!record) {
    co_return Pass(ledger::ExpiredOr(world_.home.state, request.run_id, record.error()));
  }
  if (record->header.checkout_id != world_.checkout_id) {
    co_return Pass(NoRun("wait"));
  }
  auto reply = ledger::StoredNext(*record, request);
  if (reply) {
    reply->unposted = ledger::UnpostedOf(folder);
  }
  co_return reply;
}

awaitable<Result<NodesReply>> FrontDesk::Rerun(model::NodesRequest request) {
  if (auto ok = CheckNodes(request); !ok) {
    co_return Pass(ok.error());
  }
  world_.ssh_agents->Offer(request.env);
  coordinator_.publisher().Offer(request.env);
  const std::string input = InputOf(request);
  const auto known = Answered<NodesReply>(request.request_id, "node.rerun", input);
  if (!known) {
    co_return Pass(known.error());
  }
  if (known->has_value()) {
    co_return **known;
  }
  if (auto awake = CheckAwake("rerun"); !awake) {
    co_return Pass(awake.error());
  }
  const std::shared_ptr<LiveRun> run = coordinator_.run();
  bool lane_gone = false;
  const bool meant =
      run != nullptr && (request.run_id.empty() || request.run_id == run->header().run_id);
  if (meant && (run->live() || run->open())) {
    const auto nodes = FindNodes(run->fan_in(), request.targets);
    if (!nodes) {
      co_return Pass(nodes.error());
    }
    auto reply = co_await RerunNodes(run, request.request_id, *nodes);
    if (reply) {
      auto answer = Answer(request.request_id, "node.rerun", input, std::move(*reply));
      co_return answer;
    }
    if (reply.error().code() != "lane_gone" || run->live()) {
      co_return Pass(reply.error());
    }
    lane_gone = true;
  }
  auto linked = co_await RerunLinked(std::move(request), lane_gone);
  co_return linked;
}

Result<ledger::RunHeader> FrontDesk::EarlierRun(const std::string& run_id) const {
  const auto& run = coordinator_.run();
  if (run && (run_id.empty() || run->header().run_id == run_id)) {
    return run->header();
  }
  const std::string earlier =
      run_id.empty() && coordinator_.last() ? coordinator_.last()->run_id : run_id;
  if (!model::IsRunId(earlier)) {
    return Pass(NoRun("rerun"));
  }
  auto header = ledger::ReadHeader(ledger::FolderOf(world_.home.state, earlier));
  if (!header) {
    return Pass(ledger::ExpiredOr(world_.home.state, earlier, header.error()));
  }
  if (header->checkout_id != world_.checkout_id) {
    return Pass(NoRun("rerun"));
  }
  return header;
}

awaitable<Result<NodesReply>> FrontDesk::RerunLinked(model::NodesRequest request, bool lane_gone) {
  const std::string input = InputOf(request);
  const auto turn = co_await coordinator_.TakeTurn();
  // Meanwhile the same request may have been carried out.
  const auto known = Answered<NodesReply>(request.request_id, "node.rerun", input);
  if (!known) {
    co_return Pass(known.error());
  }
  if (known->has_value()) {
    co_return **known;
  }
  if (coordinator_.busy()) {
    co_return Pass(Busy());
  }
  auto found = EarlierRun(request.run_id);
  if (!found) {
    co_return Pass(found.error());
  }
  const ledger::RunHeader earlier = std::move(*found);
  auto selected = NodesToRunAgain(earlier, request.targets);
  if (!selected) {
    co_return Pass(selected.error());
  }
  struct Rerun rerun;
  rerun.sha = earlier.sha;
  rerun.scope = earlier.scope;
  rerun.pipeline = earlier.pipeline;
  rerun.hosts = HostsOf(earlier);
  rerun.selected = *selected;
  auto draft = co_await DraftRerun(world_, std::move(rerun));
  if (!draft) {
    co_return Pass(draft.error());
  }
  co_await coordinator_.Retire("run again");
  model::RunStartRequest start;
  start.request_id = std::string(kLinkedPrefix) + request.request_id;
  start.scope = earlier.scope;
  start.scope.selectors = *selected;
  start.scope.no_deps = false;
  start.jobs = earlier.jobs;
  // Who says nothing of itself gets what the earlier run's caller had.
  const bool brought = !request.env.empty();
  start.umask = brought ? request.umask : earlier.umask;
  start.env = brought ? std::move(request.env) : coordinator_.last_environment();
  start.started_by = "rerun of " + earlier.ref;
  auto parts = co_await MakeRun(world_, std::move(*draft), std::move(start),
                                coordinator_.durations(), earlier.run_id);
  if (!parts) {
    co_return Pass(parts.error());
  }
  NodesReply reply;
  reply.run_id = parts->header.run_id;
  reply.ref = parts->header.ref;
  reply.linked = true;
  reply.because = lane_gone ? fmt::format("a lane of run {} is gone", earlier.ref)
                            : fmt::format("run {} is closed", earlier.ref);
  reply.nodes = parts->header.expected;
  coordinator_.Hold(std::move(*parts));
  auto answer = Answer(request.request_id, "node.rerun", input, std::move(reply));
  co_return answer;
}

awaitable<Result<NodesReply>> FrontDesk::CancelNodes(model::NodesRequest request,
                                                     std::string method) {
  if (auto ok = CheckNodes(request); !ok) {
    co_return Pass(ok.error());
  }
  const std::string input = InputOf(request);
  const auto known = Answered<NodesReply>(request.request_id, method, input);
  if (!known) {
    co_return Pass(known.error());
  }
  if (known->has_value()) {
    co_return **known;
  }
  if (!coordinator_.busy()) {
    co_return Pass(NoRun("cancel"));
  }
  const std::shared_ptr<LiveRun> run = coordinator_.run();
  if (method == "lane.cancel") {
    for (std::string& target : request.targets) {
      target = target.starts_with('@') ? target : "@" + target;
    }
  }
  const auto nodes = FindNodes(run->fan_in(), request.targets);
  if (!nodes) {
    co_return Pass(nodes.error());
  }
  auto reply = co_await coordinator::CancelNodes(run, request.request_id, *nodes, request.at_once);
  if (!reply) {
    co_return Pass(reply.error());
  }
  auto answer = Answer(request.request_id, method, input, std::move(*reply));
  co_return answer;
}

awaitable<Result<model::GateRetryReply>> FrontDesk::RetryGate(model::GateRetryRequest request) {
  if (auto ok = CheckEnvironment(request.env); !ok) {
    co_return Pass(ok.error());
  }
  if (auto awake = CheckAwake("post"); !awake) {
    co_return Pass(awake.error());
  }
  auto reply = co_await coordinator_.publisher().Retry(std::move(request.env));
  co_return reply;
}

Result<std::shared_ptr<surface::ByteLog>> FrontDesk::OpenLog(const model::NodeLogInput& input) {
  const std::shared_ptr<LiveRun>& run = coordinator_.run();
  if (run == nullptr || (!input.run_id.empty() && input.run_id != run->header().run_id)) {
    model::NodeLogInput finished = input;
    if (finished.run_id.empty()) {
      if (!coordinator_.last()) {
        return Pass(NoRun("logs"));
      }
      finished.run_id = coordinator_.last()->run_id;
    }
    return OpenFinishedLog(world_.home.state, finished);
  }
  std::optional<size_t> node = run->fan_in().Find(input.node);
  if (!node) {
    const auto name = model::MatchOneId(run->header().expected, input.node);
    if (!name) {
      return Pass(name.error());
    }
    node = run->fan_in().Find(*name);
  }
  const int32_t awaited = run->fan_in().AwaitedAttempt(*node);
  const int32_t attempt = input.attempt == 0 ? awaited : input.attempt;
  if (attempt < 1 || attempt > awaited) {
    return Fail(ErrorKind::kGone, "no_log",
                fmt::format("logs: {} has no attempt {} in run {}", input.node, input.attempt,
                            run->header().ref));
  }
  return run->OpenLog(*node, attempt);
}

}  // namespace odu::coordinator
