#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "odu/model/lane_contract.h"
#include "os/process.h"
#include "surface/link.h"

namespace odu::coordinator {

/// How a lane is shown.
struct LaneNews {
  std::string state;
  std::string detail;        ///< for people
  int64_t since = 0;         ///< epoch milliseconds; 0 = since the state became what it is
  uint64_t bytes = 0;        ///< while something is copied: how much is there,
  uint64_t total_bytes = 0;  ///< and of how much
  std::string runner;        ///< LaneCarrier::Runner()
};

/// Why nothing more will come of a lane.
struct LaneEnd {
  enum class Kind {
    kDied,       ///< it was there: what it left unfinished is errored with `reason`
    kNeverCame,  ///< it never had a plan: its `_ci-setup` is errored with `why`, the rest skipped
    kCancelled,  ///< it never had a plan and none is wanted any more
    kGivenUp,    ///< it was cancelled while out of touch: what it left unfinished is cancelled
  };
  Kind kind = Kind::kDied;
  std::string reason;  ///< of its nodes: "lane died", "unreachable", "link"
  std::string why;     ///< for people: the reason with its cause
  /// Something may still be there: it is looked for, and told to go.
  bool send_away = false;
  bool operator==(const LaneEnd&) const = default;
};

/// The way to one lane: what differs between this machine and another. Lives as long as its
/// LaneLink.
class LaneCarrier {
 public:
  virtual ~LaneCarrier() = default;

  /// Before the first Dial of a lane that is not adopted. A failure means that it never comes.
  virtual boost::asio::awaitable<base::Result<void>> Start() = 0;

  /// A link to the lane's surface; may take as long as the way is being made, and shows that.
  virtual boost::asio::awaitable<base::Result<std::unique_ptr<surface::Link>>> Dial() = 0;

  /// Asked when a Dial failed with `cause`, or a link that had been made ended with it
  /// (`connected`): how the lane ended, or nothing when dialling again makes sense. `configured`:
  /// the lane has its plan.
  virtual std::optional<LaneEnd> EndOf(const base::Error& cause, bool connected,
                                       bool configured) = 0;

  /// Adds what is only known once the lane's machine has been reached.
  virtual void Complete(model::ConfigureRequest& configure) = 0;

  /// The lane has its plan. What is told of the way from now on is no part of its story.
  virtual void Configured() = 0;

  /// The sha256 of the program that leads to the lane, where it was copied to the lane's machine.
  virtual std::string Runner() const { return {}; }

  /// The lane's own process, when somebody stopped it (SIGSTOP) and that can be seen from here.
  virtual std::optional<os::ProcessIdentity> Stopped() const { return std::nullopt; }

  /// Something may have changed about the way (this machine woke up): try again now.
  virtual void Recheck() = 0;
};

}  // namespace odu::coordinator
