#include "base/log.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <string>

namespace base {
namespace {

constexpr std::array<std::string_view, 4> kNames{"debug", "info", "warning", "error"};

LogLevel Threshold() {
  static const LogLevel threshold = [] {
    const char* wanted = std::getenv("ODU_LOG");
    for (size_t i = 0; wanted != nullptr && i < kNames.size(); ++i) {
      if (kNames[i] == wanted) {
        return static_cast<LogLevel>(i);
      }
    }
    return LogLevel::kInfo;
  }();
  return threshold;
}

}  // namespace

void Log(LogLevel level, std::string_view source, std::string_view text) {
  if (level < Threshold()) {
    return;
  }
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  const std::string line =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z {} {}: {}\n", utc.tm_year + 1900,
                  utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, ms,
                  kNames[static_cast<size_t>(level)], source, text);
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace base
