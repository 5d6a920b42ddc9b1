#include "odu/coordinator/lane_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "async/deadline.h"
#include "base/log.h"
#include "os/file_lock.h"
#include "os/run_program.h"
#include "os/unix_socket.h"
#include "transport/descriptor_link.h"

namespace odu::coordinator {
namespace {

using base::ErrorKind;
using base::Fail;
using base::Pass;
using base::Result;
using boost::asio::awaitable;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr async::Duration kStartBound = seconds(20);
constexpr async::Duration kAnswerBound = seconds(10);
/// A large plan takes its lane a while to read and write down.
constexpr async::Duration kConfigureBound = seconds(60);
constexpr async::Duration kShortestDelay = milliseconds(50);
constexpr async::Duration kLongestDelay = seconds(2);
constexpr async::Duration kLookForLink = milliseconds(50);

}  // namespace

LaneLink::LaneLink(LaneWorld world, model::LaneFolder folder, model::ConfigureRequest configure,
                   bool adopt, LaneHandlers handlers)
    : world_(std::move(world)),
      folder_(std::move(folder)),
      configure_(std::move(configure)),
      adopt_(adopt),
      handlers_(std::move(handlers)) {}

awaitable<void> LaneLink::Run() {
  if (!adopt_) {
    handlers_.on_state("starting", "");
    const auto started = co_await Start();
    if (!started) {
      Die(started.error().message());
      co_return;
    }
  }
  async::Duration delay = kShortestDelay;
  while (true) {
    handlers_.on_state("handshaking", "");
    auto client = co_await Connect();
    std::string cause;
    if (client) {
      delay = kShortestDelay;
      client_ = *client;
      handlers_.on_state("connected", "");
      const base::Error closed = co_await client_->Closed();
      cause = closed.message();
      client_.reset();
    } else {
      cause = client.error().message();
    }
    const auto locked = os::IsLocked(folder_.lock());
    if (releasing_) {
      handlers_.on_state("ended", "");
      co_return;
    }
    if (locked && !*locked) {
      Die("lane died");
      co_return;
    }
    const auto shown = std::chrono::duration_cast<milliseconds>(delay).count();
    handlers_.on_state("retrying", fmt::format("{}; again in {} ms", cause, shown));
    co_await world_.clock.Sleep(delay);
    delay = std::min(delay * 2, kLongestDelay);
  }
}

awaitable<Result<void>> LaneLink::Start() {
  os::ProgramCall call;
  call.argv = {world_.runner, "--lane", folder_.path()};
  call.directory = "/";
  call.timeout = kStartBound;
  call.stdout_limit = call.stderr_limit = size_t{64} << 10;
  auto result = co_await os::RunProgram(world_.reaper, world_.clock, std::move(call));
  if (!result) {
    co_return Pass(result.error().In("odu-runner"));
  }
  if (!result->ok()) {
    co_return Pass(os::ProgramFailure("odu-runner", "lane_not_started", *result));
  }
  co_return Result<void>();
}

awaitable<Result<LaneLink::Client>> LaneLink::Connect() {
  auto socket = os::ConnectTo(folder_.socket());
  if (!socket) {
    co_return Pass(socket.error());
  }
  auto link = transport::MakeUnixLink(world_.executor, std::move(*socket));
  auto dialled =
      co_await async::WithDeadline(world_.clock, kAnswerBound,
                                   surface::Client::Connect<model::LaneSurface>(
                                       world_.executor, std::move(link), "odu coordinator"),
                                   "lane");
  if (!dialled) {
    co_return Pass(dialled.error());
  }
  Client client = std::move(*dialled);
  const auto greeted = co_await Greet(client);
  if (!greeted) {
    co_return Pass(greeted.error());
  }
  Follow(*client);
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
  configured_ = configured_ || cell->phase != model::LanePhase::kIdle;
  if (!configured_) {
    auto reply = co_await async::WithDeadline(
        world_.clock, kConfigureBound, client->Call(model::LaneSurface::kConfigure, configure_),
        "lane configure");
    if (!reply) {
      co_return Pass(reply.error());
    }
    configured_ = true;
  }
  co_return Result<void>();
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
    if (dead_ || releasing_ || world_.clock.Now() >= until) {
      co_return Fail(ErrorKind::kHost, "lane_unreachable",
                     fmt::format("{}: its lane does not answer", platform()));
    }
    co_await world_.clock.Sleep(kLookForLink);
  }
  co_return client_;
}

awaitable<Result<model::LaneNodesReply>> LaneLink::Rerun(std::string request_id,
                                                         std::vector<std::string> nodes) {
  auto client = co_await Connected();
  if (!client) {
    co_return Pass(client.error());
  }
  model::LaneNodesRequest request;
  request.request_id = std::move(request_id);
  request.epoch = configure_.epoch;
  request.nodes = std::move(nodes);
  auto reply = co_await async::WithDeadline(world_.clock, kAnswerBound,
                                            (*client)->Call(model::LaneSurface::kRerun, request),
                                            "lane rerun");
  co_return reply;
}

awaitable<Result<model::LaneNodesReply>> LaneLink::Cancel(std::string request_id,
                                                          std::vector<std::string> nodes,
                                                          bool at_once) {
  auto client = co_await Connected();
  if (!client) {
    co_return Pass(client.error());
  }
  model::LaneNodesRequest request;
  request.request_id = std::move(request_id);
  request.epoch = configure_.epoch;
  request.nodes = std::move(nodes);
  request.at_once = at_once;
  auto reply = co_await async::WithDeadline(world_.clock, kAnswerBound,
                                            (*client)->Call(model::LaneSurface::kCancel, request),
                                            "lane cancel");
  co_return reply;
}

awaitable<Result<void>> LaneLink::Release(bool keep_workspace) {
  if (dead_) {
    co_return Result<void>();
  }
  auto client = co_await Connected();
  if (!client) {
    co_return Pass(client.error());
  }
  releasing_ = true;
  model::ReleaseRequest request;
  request.request_id = "release-" + configure_.run_id;
  request.epoch = configure_.epoch;
  request.keep_workspace = keep_workspace;
  auto reply = co_await async::WithDeadline(world_.clock, kConfigureBound,
                                            (*client)->Call(model::LaneSurface::kRelease, request),
                                            "lane release");
  if (!reply && reply.error().kind() != ErrorKind::kGone) {
    co_return Pass(reply.error());
  }
  (*client)->Close();
  co_return Result<void>();
}

void LaneLink::Die(std::string why) {
  dead_ = true;
  handlers_.on_state("failed", why);
  handlers_.on_dead(std::move(why));
}

}  // namespace odu::coordinator
