#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/clock.h"
#include "base/error.h"
#include "odu/coordinator/lane_carrier.h"
#include "odu/model/lane_contract.h"
#include "surface/client.h"

namespace odu::coordinator {

/// The world of a lane link; all outlive it.
struct LaneWorld {
  boost::asio::any_io_executor executor;
  async::Clock& clock;
};

/// What a lane link waits for and how long.
struct LaneTimes {
  /// The longest wait between two ends of the way and the next dialling.
  async::Duration longest_delay = std::chrono::seconds(2);
  /// Without contact for so long a lane is lost; empty = never (its lock tells).
  std::optional<async::Duration> lost_after;
  /// A lane that was cancelled whole while it was out of touch is waited for so long.
  async::Duration cancel_bound = std::chrono::seconds(30);
};

/// What a lane link tells its run. Called on the executor, never from inside a call of the run.
struct LaneHandlers {
  std::function<void(const LaneNews& news)> on_news;
  std::function<void(const model::LaneCell& cell)> on_cell;
  std::function<void(const model::Attempt& attempt)> on_attempt;
  /// After all attempts of one message.
  std::function<void()> on_batch;
  /// The lane is there and has its plan; null when the link died. Before anything that is told
  /// over it.
  std::function<void(std::shared_ptr<surface::Client> client)> on_link =
      [](const std::shared_ptr<surface::Client>&) {};
  /// The cancels that wait for the lane have become more or fewer.
  std::function<void(const std::vector<model::LaneNodesRequest>& cancels)> on_cancels =
      [](const std::vector<model::LaneNodesRequest>&) {};
  /// Nothing more will come of the lane.
  std::function<void(LaneEnd end)> on_end;
};

/// The coordinator's side of one lane, wherever it runs: starts or finds it by its carrier, says
/// hello, gives it the plan, follows it, and dials again when the link dies.
///
///   starting --Start--> dialling --Dial--> handshaking --Greet--> connected --link dies-->
///   retrying
///      |                   ^                                                              |   |
///      |                   +------------------ after a delay -----------------------------+   |
///      +---> failed (dead)                    the carrier says that it is over ---> dead <----+
///   connected --Release--> ended
///   dead for want of contact (lost), or cancelled before it came or while it was out of touch: the
///   dialling goes on, and the lane is told to cancel and to go if it ever answers.
///
/// Invariants: 1. `on_end` is called at most once and is the last word of the lane. 2. a lane is
/// configured at most once by its own account (it answers `already`). 3. dialling again never
/// happens without a delay.
class LaneLink {
 public:
  /// An adopted lane is not started again: it is found, or it is dead. One on another machine is
  /// adopted when it has had its plan.
  LaneLink(LaneWorld world, std::unique_ptr<LaneCarrier> carrier, model::ConfigureRequest configure,
           bool adopt, LaneTimes times, LaneHandlers handlers);
  LaneLink(const LaneLink&) = delete;
  LaneLink& operator=(const LaneLink&) = delete;

  const std::string& platform() const { return configure_.plan.platform; }
  uint64_t epoch() const { return configure_.epoch; }

  /// Lives as long as the lane does; spawn it in the run's group.
  boost::asio::awaitable<void> Run();
  /// Looks for what Run cannot see while it waits: that the lane is lost, or its process stopped.
  /// Spawn it beside Run.
  boost::asio::awaitable<void> Watch();

  /// Wait for the link for up to 10 s when it is down. kHost "lane_unreachable", "lane_stopped".
  boost::asio::awaitable<base::Result<model::LaneNodesReply>> Rerun(std::string request_id,
                                                                    std::vector<std::string> nodes);
  /// Of a lane that has no plan yet, all nodes can be cancelled at once: it is not waited for. Of
  /// one on another machine that is out of touch a cancel is taken and carried out when it answers;
  /// one of all nodes is waited for only so long. A lane whose process is stopped is killed when it
  /// shall be `at_once`.
  boost::asio::awaitable<base::Result<model::LaneNodesReply>> Cancel(std::string request_id,
                                                                     std::vector<std::string> nodes,
                                                                     bool at_once);
  /// Cancels that an earlier owner had taken. Before Run.
  void Requeue(std::vector<model::LaneNodesRequest> cancels);
  /// Lets the lane end; afterwards its end is no death. It is asked again when the link dies before
  /// its answer.
  boost::asio::awaitable<base::Result<void>> Release(bool keep_workspace);

  /// Gives the lane up: `on_end` is told now, and the lane is told to go if it ever answers.
  void GiveUp(LaneEnd end);

  /// This machine slept: the link may be dead without knowing, and time passed that nobody waited.
  void Woke();

  bool dead() const { return dead_; }
  /// Given up, and not told yet to go: it is dialled for that alone.
  bool owes_farewell() const { return dead_ && !over_ && (configured_ || adopt_); }

 private:
  using Client = std::shared_ptr<surface::Client>;
  /// Of an answer, and of a link that is down when somebody wants one.
  static constexpr async::Duration kAnswerBound = std::chrono::seconds(10);

  using NodesProcedure = surface::Procedure<model::LaneNodesRequest, model::LaneNodesReply>;

  boost::asio::awaitable<base::Result<Client>> Connect();
  boost::asio::awaitable<base::Result<void>> Greet(Client client);
  boost::asio::awaitable<void> SendAway(Client client);
  void Follow(surface::Client& client);
  boost::asio::awaitable<base::Result<Client>> Connected();
  boost::asio::awaitable<base::Result<model::LaneNodesReply>> CallOnNodes(
      const NodesProcedure& procedure, model::LaneNodesRequest request, std::string what);
  boost::asio::awaitable<void> Dialling();
  bool is_remote() const { return times_.lost_after.has_value(); }
  model::LaneNodesReply Queue(model::LaneNodesRequest request);
  boost::asio::awaitable<void> CarryOutCancels(Client client);
  bool CancelIsDue() const;
  std::vector<std::string> AllNodes() const;
  base::Result<void> RequireGoing() const;
  void LookAtProcess();
  void Die(LaneEnd end);
  /// The link died while the lane was asked to end: whether that was its end.
  boost::asio::awaitable<bool> WasReleased();
  void Show(std::string state, std::string detail = {});

  LaneWorld world_;
  std::unique_ptr<LaneCarrier> carrier_;
  model::ConfigureRequest configure_;
  bool adopt_;
  LaneTimes times_;
  LaneHandlers handlers_;
  Client client_;
  async::Duration silent_since_{};
  std::string silent_because_ = "it never answered";
  bool stopped_ = false;
  bool configured_ = false;
  bool releasing_ = false;  ///< the lane is being asked to end
  bool released_ = false;   ///< it has answered that, or will not be asked again
  bool dead_ = false;
  bool over_ = false;                             ///< nobody dials any more
  std::vector<model::LaneNodesRequest> cancels_;  ///< the lane is yet to be told
  /// When the first of them that is of all nodes was taken.
  std::optional<async::Duration> cancelled_at_;
};

}  // namespace odu::coordinator
