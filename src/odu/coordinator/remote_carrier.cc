#include "odu/coordinator/remote_carrier.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "odu/model/host_system.h"

namespace odu::coordinator {
namespace {

using base::ErrorKind;
using base::Pass;
using base::Result;
using boost::asio::awaitable;
using provision::HostPhase;

/// An agent that answers but will not shake hands does so this often before it is given up.
constexpr int kMostGreetings = 5;

std::string_view PhaseName(HostPhase phase) {
  switch (phase) {
    case HostPhase::kProbing:
      return "probing";
    case HostPhase::kCopying:
      return "copying";
    case HostPhase::kRealising:
      return "realising";
    case HostPhase::kStarting:
      return "starting";
    case HostPhase::kHandshaking:
    case HostPhase::kConnected:
      return "handshaking";  // connected is the lane when it has its plan
    case HostPhase::kRetrying:
      return "retrying";
    case HostPhase::kLost:
      return "lost";
    case HostPhase::kFailed:
      return "failed";
  }
  return "?";
}

/// What no other try will change.
bool IsFinal(const base::Error& cause) {
  switch (cause.kind()) {
    case ErrorKind::kUsage:
    case ErrorKind::kInput:
    case ErrorKind::kRefused:
    case ErrorKind::kVersion:
    case ErrorKind::kLimit:
      return cause.code() != "stale_epoch";
    default:
      return false;
  }
}

std::string WithHint(const base::Error& error) {
  return error.hint().empty() ? error.message() : error.message() + "\n  " + error.hint();
}

}  // namespace

RemoteCarrier::RemoteCarrier(provision::HostWorld& world, RemoteRoute route, SetupStory& story,
                             News on_news)
    : world_(world), route_(std::move(route)), story_(story), on_news_(std::move(on_news)) {
  provision::SessionOptions options;
  options.time_scale = route_.time_scale;
  options.args = [route = route_](const provision::HostFacts& facts) {
    return std::vector<std::string>{"--stdio", "--lane", LanePath(facts, route)};
  };
  options.accept = [route = route_](const provision::HostFacts& facts) {
    return model::CheckSystem(route.address.Shown(), facts.system, route.platform);
  };
  provision::SessionHandlers handlers;
  handlers.on_state = [this](const provision::HostState& state) { OnState(state); };
  handlers.on_line = [this](std::string_view line) { story_.Tell(line); };
  session_ = std::make_unique<provision::HostSession>(world_, route_.address, route_.agent,
                                                      std::move(options), std::move(handlers));
}

RemoteCarrier::~RemoteCarrier() = default;

std::string RemoteCarrier::LanePath(const provision::HostFacts& facts, const RemoteRoute& route) {
  return facts.dir + "/lanes/" + route.run_id + "." + route.platform;
}

awaitable<Result<void>> RemoteCarrier::Start() {
  co_return Result<void>();  // dialling makes the lane
}

awaitable<Result<std::unique_ptr<surface::Link>>> RemoteCarrier::Dial() {
  dialled_ = false;
  auto connection = co_await session_->Connect();
  if (!connection) {
    co_return Pass(connection.error());
  }
  dialled_ = true;
  if (!connection->noise.empty()) {
    for (const std::string_view line : base::Split(connection->noise, '\n')) {
      if (!line.empty()) {
        story_.Tell(line);
      }
    }
  }
  facts_ = std::move(connection->facts);
  co_return std::move(connection->link);
}

std::optional<LaneEnd> RemoteCarrier::EndOf(const base::Error& cause, bool connected,
                                            bool configured) {
  if (dialled_) {
    session_->LinkLost(cause.message());
  }
  if (connected) {
    failed_greetings_ = 0;
    if (route_.durable) {
      return std::nullopt;
    }
    LaneEnd end;
    end.reason = "link";
    end.why = "its connection ended, which this lane does not outlive: " + cause.message();
    end.send_away = true;
    return end;
  }
  const bool refused = dialled_ && (IsFinal(cause) || ++failed_greetings_ >= kMostGreetings);
  if (configured || (dialled_ && !refused)) {
    return std::nullopt;
  }
  LaneEnd end;
  end.kind = LaneEnd::Kind::kNeverCame;
  end.reason = "host";
  end.why = WithHint(cause);
  return end;
}

void RemoteCarrier::Complete(model::ConfigureRequest& configure) {
  const provision::HostFacts& facts = *facts_;
  const std::string name = route_.run_id + "." + route_.platform;
  configure.source.repository = facts.dir + "/repos/" + route_.cache_id + ".git";
  configure.source.workspace = facts.dir + "/work/" + name;
  if (const auto just = facts.companions.find("just"); just != facts.companions.end()) {
    configure.just = just->second;
  }
  configure.story = story_.Text();
}

void RemoteCarrier::Configured() {
  story_.End();
}

void RemoteCarrier::Recheck() {
  session_->Recheck();
}

void RemoteCarrier::OnState(const provision::HostState& state) {
  LaneNews news;
  news.state = PhaseName(state.phase);
  news.detail = state.cause;
  news.since = state.since;
  news.bytes = state.bytes;
  news.total_bytes = state.total_bytes;
  if (state.phase == HostPhase::kRetrying && state.retry_at != 0) {
    const int64_t left_ms = std::max<int64_t>(0, state.retry_at - world_.clock.WallMs());
    news.detail = fmt::format("{}; again in {} s", state.cause, (left_ms + 999) / 1000);
  }
  on_news_(news);
}

}  // namespace odu::coordinator
