#pragma once

#include <fmt/format.h>

#include <string_view>

namespace base {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

/// Writes one line to stderr: UTC time, level, source, text. Never to stdout, which is the wire.
/// Level and place come from ODU_LOG (debug|info|warning|error; default info), read once.
void Log(LogLevel level, std::string_view source, std::string_view text);

template <class... Args>
void LogInfo(std::string_view source, fmt::format_string<Args...> format, Args&&... args) {
  Log(LogLevel::kInfo, source, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void LogWarning(std::string_view source, fmt::format_string<Args...> format, Args&&... args) {
  Log(LogLevel::kWarning, source, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void LogError(std::string_view source, fmt::format_string<Args...> format, Args&&... args) {
  Log(LogLevel::kError, source, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace base
