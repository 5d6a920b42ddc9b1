#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "os/process.h"

/// What is said of a lane of this machine whose process somebody stopped (SIGSTOP).
namespace odu::coordinator {

/// For people, beside the lane.
std::string StoppedWords(const os::ProcessIdentity& lane);

/// The answer to a request of such a lane: kHost "lane_stopped". It is not asked, for it would do
/// what it is asked whenever it goes on.
base::Error StoppedLane(std::string_view platform, const os::ProcessIdentity& lane);

}  // namespace odu::coordinator
