#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "async/notifier.h"
#include "base/error.h"
#include "git/runner.h"
#include "git/ship.h"
#include "odu/model/lane_contract.h"
#include "surface/client.h"

namespace odu::coordinator {

/// Brings a lane on another machine the commit that it says it needs (SourceNeed): makes the bundle
/// or the archive, sends it in pieces from where the lane is, and goes on there after a new link.
///
///   idle --OnCell(need)--> making --made--> sending --last piece taken--> idle
///                             \--failed--> told, and the lane is given up
///                        sending --link dies--> waiting --Attach--> sending from need.received
///
/// A made file stays until its need is over, also for a later owner: half of one bundle cannot be
/// continued with half of another.
class SourceSupply {
 public:
  struct Handlers {
    std::function<void(uint64_t sent, uint64_t total)> on_progress;
    /// Nothing more is sent for now.
    std::function<void()> on_done;
    /// The need cannot be met.
    std::function<void(base::Error)> on_failed;
  };

  /// `folder` is ours and holds the files; `ship` says what is asked for, but for `have` and
  /// `path`. The references outlive the supply.
  SourceSupply(boost::asio::any_io_executor executor, git::Runner& git, std::string folder,
               git::ShipRequest ship, uint64_t epoch, Handlers handlers);
  SourceSupply(const SourceSupply&) = delete;
  SourceSupply& operator=(const SourceSupply&) = delete;

  /// Works for ever. Spawn it in the run's group.
  boost::asio::awaitable<void> Run();

  /// The link to send over; null when it died.
  void Attach(std::shared_ptr<surface::Client> client);
  void OnCell(const model::LaneCell& cell);

 private:
  /// One file on its way.
  struct Sending;

  boost::asio::awaitable<base::Result<std::string>> Make(model::SourceNeed need);
  /// An empty file when the checkout has not got it.
  boost::asio::awaitable<base::Result<void>> WriteSubmodule(git::ShipRequest ship,
                                                            std::string route);
  boost::asio::awaitable<void> Send(std::string path, model::SourceNeed need);
  static boost::asio::awaitable<void> SendPieces(std::shared_ptr<Sending> sending);
  void RemoveFiles();

  boost::asio::any_io_executor executor_;
  git::Runner& git_;
  std::string folder_;
  git::ShipRequest ship_;
  uint64_t epoch_;
  Handlers handlers_;
  std::shared_ptr<surface::Client> client_;
  model::SourceNeed need_;
  std::string met_;  ///< the id of a need that has all its bytes, or can have none
  async::Notifier wake_;
};

}  // namespace odu::coordinator
