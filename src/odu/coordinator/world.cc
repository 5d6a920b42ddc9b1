#include "odu/coordinator/world.h"

#include <charconv>

#include "os/file_system.h"

namespace odu::coordinator {

TimeScale TimeScale::From(const os::Environment& environment) {
  constexpr int64_t kMost = 1'000'000;
  TimeScale scale;
  const auto text = environment.Get("ODU_TIME_SCALE");
  if (!text) {
    return scale;
  }
  int64_t divisor = 0;
  const char* end = text->data() + text->size();
  const auto [stopped, error] = std::from_chars(text->data(), end, divisor);
  if (error == std::errc() && stopped == end && divisor >= 1 && divisor <= kMost) {
    scale.divisor_ = divisor;
  }
  return scale;
}

base::Result<std::string> FindRunner(const os::Environment& environment) {
  const auto self = os::RealPath("/proc/self/exe");
  if (self) {
    const std::string folder = self->substr(0, self->rfind('/'));
    for (const char* place : {"/odu-runner", "/../libexec/odu/odu-runner"}) {
      if (os::Exists(folder + place)) {
        return folder + place;
      }
    }
  }
  if (const auto named = environment.Get("ODU_RUNNER"); named && os::Exists(std::string(*named))) {
    return std::string(*named);
  }
  return base::Fail(base::ErrorKind::kHost, "no_runner",
                    "odu-runner: not found beside odu nor in ../libexec/odu",
                    "install it there, or name it in ODU_RUNNER");
}

}  // namespace odu::coordinator
