#include "odu/coordinator/lane_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "async/deadline.h"
#include "base/log.h"
#include "odu/coordinator/stopped_lane.h"
#include "odu/model/ids.h"

namespace odu::coordinator {
namespace {

using base::ErrorKind;
using base::Fail;
using base::Pass;
using base::Result;
using boost::asio::awaitable;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// A large plan takes its lane a while to read and write down.
constexpr async::Duration kConfigureBound = seconds(60);
constexpr int kReleaseTries = 3;
/// A look that comes so late was kept from coming.
constexpr async::Duration kAsleep = seconds(5);
constexpr async::Duration kShortestDelay = milliseconds(50);
constexpr async::Duration kLookForLink = milliseconds(50);
constexpr async::Duration kLookAtLink = seconds(1);
/// A lane that is sent away gets this long to end what it runs.
constexpr async::Duration kFarewellBound = seconds(30);

int64_t InMs(async::Duration duration) {
  return std::chrono::duration_cast<milliseconds>(duration).count();
}

}  // namespace

LaneLink::LaneLink(LaneWorld world, std::unique_ptr<LaneCarrier> carrier,
                   model::ConfigureRequest configure, bool adopt, LaneTimes times,
                   LaneHandlers handlers)
    : world_(std::move(world)),
      carrier_(std::move(carrier)),
      configure_(std::move(configure)),
      adopt_(adopt),
      times_(times),
      handlers_(std::move(handlers)),
      silent_since_(world_.clock.Now()) {}

awaitable<void> LaneLink::Run() {
  co_await Dialling();
  over_ = true;
}

awaitable<void> LaneLink::Dialling() {
  if (!adopt_) {
    Show("starting");
    const auto started = co_await carrier_->Start();
    if (!started) {
      LaneEnd end;
      end.reason = "lane did not start";
      end.why = started.error().message();
      Die(std::move(end));
      co_return;
    }
  }
  async::Duration delay = kShortestDelay;
  bool asked = false;  // to end, whether or not its answer came
  while (true) {
    auto client = co_await Connect();
    base::Error cause;
    const bool connected = client.has_value();
    if (connected && dead_) {
      co_await SendAway(std::move(*client));
      co_return;
    }
    if (connected) {
      delay = kShortestDelay;
      client_ = *client;
      Show("connected");
      co_await CarryOutCancels(client_);
      cause = co_await client_->Closed();
      client_.reset();
      silent_since_ = world_.clock.Now();
      handlers_.on_link(nullptr);
    } else {
      cause = client.error();
    }
    if (cause.code() == "plan_lost" && !dead_) {
      LaneEnd end;
      end.reason = "lane died";
      end.why = "lane died: " + cause.message();
      Die(std::move(end));
      co_return;
    }
    silent_because_ = cause.message();
    asked = asked || releasing_;
    const bool released = co_await WasReleased();
    if (released) {
      Show("ended");
      co_return;
    }
    auto end = carrier_->EndOf(cause, connected, configured_ || adopt_);
    if (end && asked && !end->send_away && !dead_) {
      released_ = true;
      Show("ended");
      co_return;
    }
    if (end) {
      const bool over = !end->send_away;
      if (!dead_) {
        Die(std::move(*end));
      }
      if (over) {
        co_return;
      }
    }
    const std::string remedy = cause.hint().empty() ? "" : "\n  " + cause.hint();
    Show("retrying", fmt::format("{}; again in {} ms{}", cause.message(), InMs(delay), remedy));
    co_await world_.clock.Sleep(delay);
    delay = std::min(delay * 2, std::max(times_.longest_delay, kShortestDelay));
  }
}

awaitable<void> LaneLink::Watch() {
  const async::Duration every =
      std::min(kLookAtLink, times_.lost_after.value_or(kLookAtLink) / 4 + milliseconds(1));
  while (!dead_ && !releasing_) {
    const async::Duration looked = world_.clock.Now();
    co_await world_.clock.Sleep(every);
    // Time in which this process was stopped, or this machine slept, is no time that anybody
    // waited.
    const async::Duration passed = world_.clock.Now() - looked;
    if (passed > every + kAsleep) {
      silent_since_ += passed - every;
      if (cancelled_at_) {
        *cancelled_at_ += passed - every;
      }
    }
    LookAtProcess();
    if (CancelIsDue()) {
      LaneEnd end;
      end.kind = LaneEnd::Kind::kGivenUp;
      end.reason = "cancelled";
      end.why = "cancelled while it was out of touch: " + silent_because_;
      Die(std::move(end));
      co_return;
    }
    const bool lost = times_.lost_after && client_ == nullptr && !dead_ && !releasing_ &&
                      world_.clock.Now() - silent_since_ >= *times_.lost_after;
    if (lost) {
      LaneEnd end;
      end.kind = configured_ || adopt_ ? LaneEnd::Kind::kDied : LaneEnd::Kind::kNeverCame;
      end.reason = "unreachable";
      end.why = "unreachable: " + silent_because_;
      Die(std::move(end));
    }
  }
}

awaitable<Result<LaneLink::Client>> LaneLink::Connect() {
  auto link = co_await carrier_->Dial();
  if (!link) {
    co_return Pass(link.error());
  }
  if (!dead_) {
    Show("handshaking");
  }
  auto dialled =
      co_await async::WithDeadline(world_.clock, kAnswerBound,
                                   surface::Client::Connect<model::LaneSurface>(
                                       world_.executor, std::move(*link), "odu coordinator"),
                                   "lane");
  if (!dialled) {
    co_return Pass(dialled.error());
  }
  Client client = std::move(*dialled);
  if (dead_) {
    co_return client;
  }
  const auto greeted = co_await Greet(client);
  if (!greeted) {
    co_return Pass(greeted.error());
  }
  if (!dead_) {
    handlers_.on_link(client);
    Follow(*client);
  }
  co_return client;
}

awaitable<Result<void>> LaneLink::Greet(Client client) {
  model::LaneHelloRequest hello;
  hello.run_id = configure_.run_id;
  hello.epoch = configure_.epoch;
  auto cell = co_await async::WithDeadline(
      world_.clock, kAnswerBound, client->Call(model::LaneSurface::kHello, hello), "lane hello");
  if (!cell) {
    co_return Pass(cell.error());
  }
  // Asked each time: a lane that died before it wrote its plan down is another one now.
  if (cell->phase == model::LanePhase::kIdle) {
    if (dead_) {
      co_return Result<void>();
    }
    if (configured_ || (adopt_ && is_remote())) {
      // With a plan it would run all of it again.
      co_return Fail(ErrorKind::kHost, "plan_lost", "its host has nothing of the run any more");
    }
    carrier_->Complete(configure_);
    auto reply = co_await async::WithDeadline(
        world_.clock, kConfigureBound, client->Call(model::LaneSurface::kConfigure, configure_),
        "lane configure");
    if (!reply) {
      co_return Pass(reply.error());
    }
  }
  configured_ = true;
  carrier_->Configured();
  co_return Result<void>();
}

awaitable<void> LaneLink::SendAway(Client client) {
  model::LaneHelloRequest hello;
  hello.run_id = configure_.run_id;
  hello.epoch = configure_.epoch;
  const auto cell = co_await async::WithDeadline(
      world_.clock, kAnswerBound, client->Call(model::LaneSurface::kHello, hello), "lane hello");
  if (cell && cell->phase != model::LanePhase::kIdle) {
    model::LaneNodesRequest cancel;
    cancel.request_id = "lost-" + configure_.run_id;
    cancel.epoch = configure_.epoch;
    static_cast<void>(co_await async::WithDeadline(
        world_.clock, kAnswerBound, client->Call(model::LaneSurface::kCancel, cancel),
        "lane cancel"));
  }
  const async::Duration until = world_.clock.Now() + kFarewellBound;
  bool going = !cell;
  while (!going && world_.clock.Now() < until) {
    model::ReleaseRequest release;
    release.request_id = "release-" + configure_.run_id;
    release.epoch = configure_.epoch;
    release.keep_workspace = configured_;
    const auto released = co_await async::WithDeadline(
        world_.clock, kConfigureBound, client->Call(model::LaneSurface::kRelease, release),
        "lane release");
    going = released || released.error().code() != "not_settled";
    if (!going) {
      co_await world_.clock.Sleep(kLookAtLink);
    }
  }
  base::LogInfo("lane link", "{}: a lane that was given up answered and was sent away", platform());
  client->Close();
}

void LaneLink::Woke() {
  base::LogInfo("lane link", "{}: this machine slept or stood still; looking at the link anew",
                platform());
  silent_since_ = world_.clock.Now();
  carrier_->Recheck();
  if (client_ != nullptr) {
    client_->Close();
  }
}

void LaneLink::Follow(surface::Client& client) {
  surface::CollectionHandler<model::Attempt> attempts;
  attempts.on_snapshot = [this](std::map<std::string, model::Attempt> items, bool) {
    for (const auto& [key, attempt] : items) {
      handlers_.on_attempt(attempt);
    }
    handlers_.on_batch();
  };
  attempts.on_upsert = [this](const std::string&, const model::Attempt& attempt) {
    handlers_.on_attempt(attempt);
  };
  attempts.on_remove = [](const std::string&) {};
  attempts.on_batch = [this] { handlers_.on_batch(); };
  const auto refused = [](const base::Error& error) {
    if (error.kind() == ErrorKind::kGone) {
      return;  // the end of the link, which Run sees too
    }
    base::LogError("lane link", "subscription refused: {}", error.message());
  };
  client.Subscribe(model::LaneSurface::kAttempts, std::move(attempts), refused);
  const std::function<void(const model::LaneCell&)> on_cell = [this](const model::LaneCell& cell) {
    handlers_.on_cell(cell);
  };
  client.Subscribe(model::LaneSurface::kLane, on_cell, refused);
}

awaitable<Result<LaneLink::Client>> LaneLink::Connected() {
  const async::Duration until = world_.clock.Now() + kAnswerBound;
  while (client_ == nullptr) {
    if (dead_ || releasing_ || released_ || world_.clock.Now() >= until) {
      co_return Fail(ErrorKind::kHost, "lane_unreachable",
                     fmt::format("{}: its lane does not answer", platform()));
    }
    co_await world_.clock.Sleep(kLookForLink);
  }
  co_return client_;
}

awaitable<Result<model::LaneNodesReply>> LaneLink::CallOnNodes(const NodesProcedure& procedure,
                                                               model::LaneNodesRequest request,
                                                               std::string what) {
  if (auto going = RequireGoing(); !going) {
    co_return Pass(going.error());
  }
  auto client = co_await Connected();
  if (!client) {
    co_return Pass(client.error());
  }
  request.epoch = configure_.epoch;
  auto reply = co_await async::WithDeadline(
      world_.clock, kAnswerBound, (*client)->Call(procedure, std::move(request)), std::move(what));
  if (!reply) {
    if (auto going = RequireGoing(); !going) {
      co_return Pass(going.error());  // it stopped meanwhile
    }
  }
  co_return reply;
}

awaitable<Result<model::LaneNodesReply>> LaneLink::Rerun(std::string request_id,
                                                         std::vector<std::string> nodes) {
  model::LaneNodesRequest request;
  request.request_id = std::move(request_id);
  request.nodes = std::move(nodes);
  auto reply = co_await CallOnNodes(model::LaneSurface::kRerun, std::move(request), "lane rerun");
  co_return reply;
}

Result<void> LaneLink::RequireGoing() const {
  const auto stopped = carrier_->Stopped();
  return stopped ? Result<void>(Pass(StoppedLane(platform(), *stopped))) : Result<void>();
}

void LaneLink::LookAtProcess() {
  const auto stopped = carrier_->Stopped();
  if (stopped.has_value() == stopped_) {
    return;
  }
  stopped_ = stopped.has_value();
  if (stopped) {
    Show("stopped", StoppedWords(*stopped));
  } else if (client_ != nullptr) {
    Show("connected");
  }
}

awaitable<bool> LaneLink::WasReleased() {
  while (releasing_ && !released_) {
    co_await world_.clock.Sleep(kLookForLink);
  }
  co_return released_;
}

awaitable<Result<void>> LaneLink::Release(bool keep_workspace) {
  model::ReleaseRequest request;
  request.request_id = "release-" + configure_.run_id;
  request.epoch = configure_.epoch;
  request.keep_workspace = keep_workspace;
  for (int tries = 1; !dead_ && !released_; ++tries) {
    auto client = co_await Connected();
    if (!client) {
      break;
    }
    releasing_ = true;
    auto reply = co_await async::WithDeadline(
        world_.clock, kConfigureBound, (*client)->Call(model::LaneSurface::kRelease, request),
        "lane release");
    const bool unheard = !reply && reply.error().kind() == ErrorKind::kGone;
    if (!unheard || tries == kReleaseTries) {
      released_ = true;
      (*client)->Close();
      co_return reply ? Result<void>() : Result<void>(Pass(reply.error()));
    }
    releasing_ = false;
    co_await world_.clock.Sleep(2 * kLookForLink);
  }
  if (dead_ || released_) {
    co_return Result<void>();
  }
  co_return Fail(ErrorKind::kHost, "lane_unreachable",
                 fmt::format("{}: its lane does not answer", platform()));
}

void LaneLink::GiveUp(LaneEnd end) {
  if (dead_ || releasing_) {
    return;
  }
  Die(std::move(end));
  if (client_ != nullptr) {
    client_->Close();  // Run dials again, and sends the lane away
  }
}

void LaneLink::Die(LaneEnd end) {
  dead_ = true;
  Show("failed", end.why);
  handlers_.on_end(std::move(end));
}

void LaneLink::Show(std::string state, std::string detail) {
  if (dead_ && state != "failed") {
    return;
  }
  LaneNews news;
  news.state = std::move(state);
  news.detail = std::move(detail);
  news.runner = carrier_->Runner();
  handlers_.on_news(news);
}

}  // namespace odu::coordinator
