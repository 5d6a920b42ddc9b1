#include "odu/terminal/steering.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "odu/model/run_id.h"
#include "os/child.h"
#include "os/environment.h"

namespace odu::terminal {
namespace {

using Odu = model::OduSurface;

std::string NamesText(const std::vector<std::string>& names) {
  if (names.size() == 1) {
    return names.front();
  }
  return base::Counted(names.size(), "node");
}

}  // namespace

Steering::Steering(face::FaceContext& context, State& state, LiveFeed& feed,
                   async::TaskGroup& tasks, std::function<void()> changed)
    : context_(context), state_(state), feed_(feed), tasks_(tasks), changed_(std::move(changed)) {}

std::string Steering::NewId() const {
  return model::NewRunId(context_.clock.WallMs());
}

void Steering::Tell(std::string text, bool bad) {
  state_.now_ms = context_.clock.WallMs();
  Say(state_, std::move(text), bad);
  changed_();
}

void Steering::Do(const Effect& effect, const NewRun& new_run, const std::string& owned_run) {
  new_run_ = new_run;
  if (feed_.client() == nullptr) {
    Tell("nobody answers: reconnecting", true);
    return;
  }
  switch (effect.kind) {
    case Effect::Kind::kRerun:
      tasks_.Spawn("rerun", [this, names = effect.names] { return Rerun(names); });
      break;
    case Effect::Kind::kCancelNodes:
    case Effect::Kind::kCancelLane:
      tasks_.Spawn("cancel", [this, effect] { return Cancel(effect); });
      break;
    case Effect::Kind::kCancelRun:
      tasks_.Spawn("cancel the run", [this, at_once = effect.at_once, run = owned_run] {
        return CancelRun(at_once, run);
      });
      break;
    case Effect::Kind::kStart:
      if (new_run) {
        tasks_.Spawn("start", [this, effect, request = new_run()]() mutable {
          return Start(effect, std::move(request));
        });
      }
      break;
    default:
      break;
  }
}

boost::asio::awaitable<void> Steering::Rerun(std::vector<std::string> targets) {
  model::NodesRequest request;
  request.request_id = NewId();
  request.targets = targets;
  if (new_run_) {
    // For a linked run, where this one is closed.
    const model::RunStartRequest caller = new_run_();
    request.env = caller.env;
    request.umask = caller.umask;
  }
  const auto reply = co_await feed_.client()->Call(Odu::kNodeRerun, std::move(request));
  if (!reply) {
    Tell("rerun: " + reply.error().message(), true);
    co_return;
  }
  state_.focus_is_chosen = true;
  Tell(reply->linked ? fmt::format("run {} began: {}", reply->ref, reply->because)
                     : fmt::format("rerunning {}", NamesText(reply->nodes)));
}

boost::asio::awaitable<void> Steering::Cancel(Effect effect) {
  model::NodesRequest request;
  request.request_id = NewId();
  const bool lane = effect.kind == Effect::Kind::kCancelLane;
  request.targets = lane ? std::vector<std::string>{effect.text} : effect.names;
  const auto& procedure = lane ? Odu::kLaneCancel : Odu::kNodeCancel;
  const auto reply = co_await feed_.client()->Call(procedure, std::move(request));
  if (!reply) {
    Tell("cancel: " + reply.error().message(), true);
    co_return;
  }
  Tell(fmt::format("cancelling {}", NamesText(reply->nodes)));
}

boost::asio::awaitable<void> Steering::CancelRun(bool at_once, std::string run_id) {
  model::RunCancelRequest request;
  request.request_id = NewId();
  request.run_id = std::move(run_id);
  request.at_once = at_once;
  const auto reply = co_await feed_.client()->Call(Odu::kRunCancel, std::move(request));
  if (!reply) {
    Tell("cancel: " + reply.error().message(), true);
    co_return;
  }
  Tell(at_once ? fmt::format("ending run {} at once", reply->ref)
               : fmt::format("cancelling run {}", reply->ref));
}

boost::asio::awaitable<void> Steering::Start(Effect effect, model::RunStartRequest request) {
  request.request_id = NewId();
  request.scope.selectors = effect.names;
  request.scope.no_post = request.scope.no_post || effect.text == "--no-post";
  request.scope.no_strict = request.scope.no_strict || effect.text == "--no-strict";
  Tell("starting");
  const auto reply = co_await feed_.client()->Call(Odu::kRunStart, std::move(request));
  if (!reply) {
    const std::string hint = reply.error().hint().empty() ? "" : " (" + reply.error().hint() + ")";
    std::string text = reply.error().message() + hint;
    std::ranges::replace(text, '\n', ' ');
    Tell(std::move(text), true);
    co_return;
  }
  state_.selected.clear();
  state_.focus_is_chosen = false;
  Tell(fmt::format("run {} began", reply->ref));
}

void Steering::AskVerdict(std::string run_id, Told told) {
  if (feed_.client() == nullptr) {
    told(base::Fail(base::ErrorKind::kGone, "closed", "nobody answers"));
    return;
  }
  tasks_.Spawn("ask for the verdict",
               [this, run_id = std::move(run_id), told = std::move(told)]() mutable {
                 return Verdict(std::move(run_id), std::move(told));
               });
}

boost::asio::awaitable<void> Steering::Verdict(std::string run_id, Told told) {
  model::NextRequest request;
  request.run_id = std::move(run_id);
  request.settle = true;
  const auto reply = co_await feed_.client()->Call(Odu::kRunNext, std::move(request));
  base::Result<std::optional<model::Verdict>> verdict;
  if (reply) {
    verdict = reply->verdict;
  } else {
    verdict = base::Pass(reply.error());
  }
  told(verdict);
  changed_();
}

boost::asio::awaitable<std::string> RunInTerminal(face::FaceContext& context,
                                                  std::vector<std::string> argv) {
  const os::Environment environment = os::Environment::Current();
  os::SpawnSpec spec;
  spec.argv = argv;
  spec.environment = environment.entries();
  spec.stdin_fd = os::kInherit;
  spec.stdout_fd = os::kInherit;
  spec.stderr_fd = os::kInherit;
  spec.own_group = false;
  const auto child = os::Spawn(spec);
  if (!child) {
    co_return child.error().message();
  }
  const auto status = co_await context.reaper.Wait(*child);
  if (!status) {
    co_return status.error().message();
  }
  std::string said;
  if (!os::Succeeded(*status)) {
    said = "the shell ended: " + os::Describe(*status);
  }
  co_return said;
}

}  // namespace odu::terminal
