#include "faults/sim_face.h"

#include <chrono>
#include <utility>

#include "async/deadline.h"
#include "faults/sim_stop.h"

namespace odu::faults {

using model::OduSurface;
using std::chrono::milliseconds;
using std::chrono::seconds;

SimFace::SimFace(async::Duration now, Dial dial)
    : process(now), dial_(std::move(dial)), tasks_(process.loop.executor()) {}

void SimFace::Watch(std::string run_id, bool rerun) {
  tasks_.Spawn("watch",
               [this, run_id = std::move(run_id), rerun] { return WatchRun(run_id, rerun); });
}

void SimFace::Ask(Verb verb, model::NodesRequest request) {
  tasks_.Spawn("ask",
               [this, verb, request = std::move(request)] { return AskOnce(verb, request); });
}

boost::asio::awaitable<bool> SimFace::Connected() {
  client_.reset();
  auto link = dial_(*this);
  if (link != nullptr) {
    auto client = co_await async::WithDeadline(
        process.clock, seconds(10),
        surface::Client::Connect<OduSurface>(process.loop.executor(), std::move(link), "sim face"),
        "coordinator");
    if (client) {
      client_ = std::move(*client);
      co_return true;
    }
  }
  const bool passed = co_await process.clock.Sleep(milliseconds(100));
  static_cast<void>(passed);
  co_return false;
}

boost::asio::awaitable<bool> SimFace::Asked(Verb verb, model::NodesRequest request) {
  base::Result<model::NodesReply> reply;
  if (verb == Verb::kRerun) {
    reply = co_await client_->Call(OduSurface::kNodeRerun, request);
  } else if (verb == Verb::kCancelNodes) {
    reply = co_await client_->Call(OduSurface::kNodeCancel, request);
  } else {
    model::RunCancelRequest cancel;
    cancel.request_id = request.request_id;
    reply = co_await client_->Call(OduSurface::kRunCancel, cancel);
  }
  if (reply) {
    replies_.push_back(std::move(*reply));
    co_return true;
  }
  // The link died, or the lane does not answer just now; anything else is an answer.
  const bool again = reply.error().code() == "closed" || reply.error().code() == "timeout" ||
                     reply.error().code() == "lane_unreachable" ||
                     reply.error().code() == "coordinator_stopping";
  if (again) {
    const bool passed = co_await process.clock.Sleep(milliseconds(100));
    static_cast<void>(passed);
  }
  co_return !again;
}

boost::asio::awaitable<void> SimFace::AskOnce(Verb verb, model::NodesRequest request) {
  bool answered = false;
  while (!answered) {
    const bool connected = co_await Connected();
    if (connected) {
      answered = co_await Asked(verb, request);
    }
  }
  client_.reset();
  done_ = true;
}

boost::asio::awaitable<void> SimFace::WatchRun(std::string run_id, bool rerun) {
  while (!done_) {
    const bool connected = co_await Connected();
    if (!connected) {
      continue;
    }
    model::NextRequest request;
    request.run_id = run_id;
    request.settle = true;
    auto next = co_await client_->Call(OduSurface::kRunNext, request);
    if (!next) {
      const bool passed = co_await process.clock.Sleep(milliseconds(100));
      static_cast<void>(passed);
      continue;
    }
    answers_.push_back(*next);
    const bool red = next->settled && !next->failed.empty();
    done_ = next->settled && (!rerun || !red);
    if (rerun && red) {
      rerun = false;
      model::NodesRequest again;
      again.request_id = "rerun-" + run_id;
      again.targets = next->failed;
      bool answered = co_await Asked(Verb::kRerun, again);
      while (!answered) {
        const bool there = co_await Connected();
        if (there) {
          answered = co_await Asked(Verb::kRerun, again);
        }
      }
    }
  }
  client_.reset();
}

void SimFace::End(const std::function<void()>& turn) {
  StopTasks(process, tasks_, turn);
  client_.reset();
  process.loop.RunUntilIdle();
}

}  // namespace odu::faults
