#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string_view>
#include <utility>

#include "surface/link.h"

namespace odu::faults {

/// Which sessions a frame belongs to.
enum class WireKind { kLane, kFace };

/// The wires between simulated processes. Each frame that is sent over one is counted, and may be
/// the last, also in its middle.
class SimNet {
 public:
  /// Told of each frame before it goes; returns how many of its bytes still arrive. Less than all
  /// of them cuts the wire.
  using OnFrame = std::function<size_t(WireKind kind, std::string_view frame)>;

  SimNet(boost::asio::any_io_executor executor, OnFrame on_frame)
      : executor_(std::move(executor)), on_frame_(std::move(on_frame)) {}
  SimNet(const SimNet&) = delete;
  SimNet& operator=(const SimNet&) = delete;

  /// The dialler's end and the server's. `dialler` and `server` name the two processes.
  std::pair<std::unique_ptr<surface::Link>, std::unique_ptr<surface::Link>> Connect(
      WireKind kind, const void* dialler, const void* server);

  /// As a network does: both ends are closed, what was under way is lost.
  void CutAll(WireKind kind);
  /// As a kernel does with the wires of a process that dies: what it had sent still arrives.
  void HangUp(const void* process);

 private:
  class End;
  struct Wire;

  boost::asio::any_io_executor executor_;
  OnFrame on_frame_;
  std::list<std::weak_ptr<Wire>> wires_;
};

}  // namespace odu::faults
