#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <string>

namespace odu::model {

/// `lane.json` of a lane folder: who the lane is. Written at its birth and whenever something in it
/// changes; whether it still lives is only said by the lock.
struct LaneHeader {
  std::string run_id;  ///< empty until a coordinator has spoken to it
  std::string platform;
  uint64_t epoch = 0;
  std::string boot_id;
  int64_t pid = 0;
  uint64_t start_time = 0;  ///< of the process, clock ticks after boot
  std::string build;
  std::string runner_sha256;  ///< of the program file; empty until it has been read
  bool operator==(const LaneHeader&) const = default;
};
BOOST_DESCRIBE_STRUCT(LaneHeader, (),
                      (run_id, platform, epoch, boot_id, pid, start_time, build, runner_sha256))

}  // namespace odu::model
