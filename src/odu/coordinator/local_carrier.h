#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>

#include "async/clock.h"
#include "odu/coordinator/lane_carrier.h"
#include "odu/model/lane_folder.h"
#include "os/reaper.h"

namespace odu::coordinator {

/// The way to a lane of this machine: its process is started here, its socket is in its folder, and
/// its lock says whether it lives.
class LocalCarrier final : public LaneCarrier {
 public:
  /// `runner` is the path of `odu-runner`. The references outlive the carrier.
  LocalCarrier(boost::asio::any_io_executor executor, async::Clock& clock, os::Reaper& reaper,
               std::string runner, model::LaneFolder folder);

  boost::asio::awaitable<base::Result<void>> Start() override;
  boost::asio::awaitable<base::Result<std::unique_ptr<surface::Link>>> Dial() override;
  std::optional<LaneEnd> EndOf(const base::Error& cause, bool connected, bool configured) override;
  void Complete(model::ConfigureRequest& configure) override;
  void Configured() override {}
  std::optional<os::ProcessIdentity> Stopped() const override;
  void Recheck() override {}

 private:
  boost::asio::any_io_executor executor_;
  async::Clock& clock_;
  os::Reaper& reaper_;
  std::string runner_;
  model::LaneFolder folder_;
};

}  // namespace odu::coordinator
