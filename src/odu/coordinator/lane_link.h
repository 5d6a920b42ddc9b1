#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "async/clock.h"
#include "base/error.h"
#include "odu/model/lane_contract.h"
#include "odu/model/lane_folder.h"
#include "os/reaper.h"
#include "surface/client.h"

namespace odu::coordinator {

/// The world of a lane link; all outlive it.
struct LaneWorld {
  boost::asio::any_io_executor executor;
  async::Clock& clock;
  os::Reaper& reaper;
  std::string runner;  ///< the path of `odu-runner`
};

/// What a lane link tells its run. Called on the executor, never from inside a call of the run.
struct LaneHandlers {
  std::function<void(std::string_view state, std::string_view detail)> on_state;
  std::function<void(const model::LaneCell& cell)> on_cell;
  std::function<void(const model::Attempt& attempt)> on_attempt;
  /// After all attempts of one message.
  std::function<void()> on_batch;
  /// The lane is gone and its lock free, or it could not be started: nothing more will come. `why`
  /// is for people.
  std::function<void(std::string why)> on_dead;
};

/// The coordinator's side of one localhost lane: starts or finds its process, says hello, gives it
/// the plan, follows it, and dials again when the link dies.
///
///   starting --Start--> handshaking --Connect--> connected --link dies--> retrying
///      |                     ^                                              |   |
///      |                     +---------------- after a delay ---------------+   |
///      +---> failed (dead)                     lock free ----> dead <-----------+
///   connected --Release--> ended
///
/// Invariants: 1. `on_dead` is called at most once and is the last word. 2. a lane is configured
/// at most once by its own account (it answers `already`). 3. dialling again never happens without
/// a delay.
class LaneLink {
 public:
  /// An adopted lane is not started again: it is found, or it is dead.
  LaneLink(LaneWorld world, model::LaneFolder folder, model::ConfigureRequest configure, bool adopt,
           LaneHandlers handlers);
  LaneLink(const LaneLink&) = delete;
  LaneLink& operator=(const LaneLink&) = delete;

  const std::string& platform() const { return configure_.plan.platform; }

  /// Lives as long as the lane does; spawn it in the run's group.
  boost::asio::awaitable<void> Run();

  /// Wait for the link for up to 10 s when it is down. kHost "lane_unreachable".
  boost::asio::awaitable<base::Result<model::LaneNodesReply>> Rerun(std::string request_id,
                                                                    std::vector<std::string> nodes);
  boost::asio::awaitable<base::Result<model::LaneNodesReply>> Cancel(std::string request_id,
                                                                     std::vector<std::string> nodes,
                                                                     bool at_once);
  /// Lets the lane end; afterwards its end is no death.
  boost::asio::awaitable<base::Result<void>> Release(bool keep_workspace);

  bool dead() const { return dead_; }

 private:
  using Client = std::shared_ptr<surface::Client>;

  boost::asio::awaitable<base::Result<void>> Start();
  boost::asio::awaitable<base::Result<Client>> Connect();
  boost::asio::awaitable<base::Result<void>> Greet(Client client);
  void Follow(surface::Client& client);
  boost::asio::awaitable<base::Result<Client>> Connected();
  void Die(std::string why);

  LaneWorld world_;
  model::LaneFolder folder_;
  model::ConfigureRequest configure_;
  bool adopt_;
  LaneHandlers handlers_;
  Client client_;
  bool configured_ = false;
  bool releasing_ = false;
  bool dead_ = false;
};

}  // namespace odu::coordinator
