#include "odu/coordinator/stopped_lane.h"

#include <fmt/format.h>

namespace odu::coordinator {

std::string StoppedWords(const os::ProcessIdentity& lane) {
  return fmt::format("process {0} is stopped; 'kill -CONT {0}' lets it go on", lane.pid);
}

base::Error StoppedLane(std::string_view platform, const os::ProcessIdentity& lane) {
  return base::Error(
      base::ErrorKind::kHost, "lane_stopped",
      fmt::format("{}: its lane, process {}, is stopped", platform, lane.pid),
      fmt::format("let it go on with 'kill -CONT {}', or end it with 'odu cancel --at-once'",
                  lane.pid));
}

}  // namespace odu::coordinator
