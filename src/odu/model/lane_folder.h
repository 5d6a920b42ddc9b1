#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace odu::model {

/// Where a lane keeps what, below its folder (design.md section 2.2). Paths only; nothing is
/// touched. On localhost this folder is `lanes/<platform>` of the run folder.
class LaneFolder {
 public:
  explicit LaneFolder(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  /// Held for life by the lane's process; free means that the lane is dead or was released.
  std::string lock() const { return path_ + "/lock"; }
  /// Where the lane serves LaneSurface.
  std::string socket() const { return path_ + "/lane.sock"; }
  /// Who the lane is: run, epoch, boot, process, sha256 of its runner.
  std::string header() const { return path_ + "/lane.json"; }
  /// One line a change of an attempt (lane_journal.h).
  std::string journal() const { return path_ + "/journal.ndjson"; }
  /// What the lane itself has to say; for people.
  std::string diary() const { return path_ + "/lane.log"; }
  std::string logs() const { return path_ + "/logs"; }
  /// The bytes of attempt `n` of `instance`.
  std::string log(std::string_view instance, int32_t n) const {
    return path_ + "/logs/" + std::string(instance) + "." + std::to_string(n) + ".log";
  }

 private:
  std::string path_;
};

/// What ODU_ATTEMPT_ID begins with in every process of a lane: finds what a killed lane left.
inline std::string LaneMarker(std::string_view run_id, std::string_view platform) {
  return std::string(run_id) + "." + std::string(platform) + ".";
}

/// ODU_ATTEMPT_ID of one attempt: `<run_id>.<platform>.<instance>.<n>`.
inline std::string AttemptMarker(std::string_view run_id, std::string_view platform,
                                 std::string_view instance, int32_t n) {
  return LaneMarker(run_id, platform) + std::string(instance) + "." + std::to_string(n);
}

}  // namespace odu::model
