#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include "surface/source.h"

namespace odu::coordinator {

/// Tells when files that another process writes have grown (inotify). Costs nothing while nobody
/// watches; where the system has no watch left to give, watched files are looked at every 200 ms
/// instead. One thread.
class GrowthWatch {
 public:
  explicit GrowthWatch(boost::asio::any_io_executor executor);
  ~GrowthWatch();
  GrowthWatch(const GrowthWatch&) = delete;
  GrowthWatch& operator=(const GrowthWatch&) = delete;

  /// Calls `waker` after each write to the file, while the result lives. The file must exist; a
  /// write before this call is not told.
  std::shared_ptr<void> Watch(const std::string& path, surface::Waker waker);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace odu::coordinator
