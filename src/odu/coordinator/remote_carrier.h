#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "odu/coordinator/lane_carrier.h"
#include "odu/coordinator/setup_story.h"
#include "provision/host_session.h"

namespace odu::coordinator {

/// What a remote carrier is for.
struct RemoteRoute {
  provision::HostAddress address;
  provision::AgentSpec agent;
  std::string run_id;
  std::string platform;
  std::string cache_id;  ///< names the repository's object cache on the host
  bool durable = true;   ///< the lane outlives its connection
  double time_scale = 1.0;
};

/// The way to a lane of another machine: a host session that brings `odu-runner` there and starts
/// its front, which finds the lane or makes it. A lane that died is made again over its folder and
/// tells what became of it, so its death is seen like any other of its news.
class RemoteCarrier final : public LaneCarrier {
 public:
  using News = std::function<void(const LaneNews&)>;

  /// The references outlive the carrier.
  RemoteCarrier(provision::HostWorld& world, RemoteRoute route, SetupStory& story, News on_news);
  ~RemoteCarrier() override;

  boost::asio::awaitable<base::Result<void>> Start() override;
  boost::asio::awaitable<base::Result<std::unique_ptr<surface::Link>>> Dial() override;
  std::optional<LaneEnd> EndOf(const base::Error& cause, bool connected, bool configured) override;
  void Complete(model::ConfigureRequest& configure) override;
  void Configured() override;
  std::string Runner() const override { return facts_ ? facts_->agent_sha256 : std::string(); }
  void Recheck() override;

  /// Where the lane's folder is on a host with these facts.
  static std::string LanePath(const provision::HostFacts& facts, const RemoteRoute& route);

 private:
  void OnState(const provision::HostState& state);

  provision::HostWorld& world_;
  RemoteRoute route_;
  SetupStory& story_;
  News on_news_;
  std::optional<provision::HostFacts> facts_;
  bool dialled_ = false;  ///< the host session gave a link the last time
  int failed_greetings_ = 0;
  std::unique_ptr<provision::HostSession> session_;
};

}  // namespace odu::coordinator
