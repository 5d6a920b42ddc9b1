#include "odu/face/calls.h"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <utility>

#include "base/text.h"

namespace odu::face {
namespace {

constexpr int64_t kMaxJobs = 4096;
constexpr int64_t kMaxLostAfterSeconds = 7 * 24 * 3600;
constexpr int64_t kMaxTimeoutSeconds = 10LL * 365 * 24 * 3600;
constexpr int64_t kMaxOffset = int64_t{1} << 53;

base::Result<std::map<std::string, std::string>> HostPins(const Invocation& given) {
  std::map<std::string, std::string> pins;
  for (const std::string& pin : given.Values("--host")) {
    const size_t equals = pin.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == pin.size()) {
      return base::Fail(base::ErrorKind::kUsage, "bad_host",
                        "--host expects PLATFORM=ADDR, got " + base::Quoted(pin),
                        "for example --host x86_64-linux=localhost");
    }
    pins[pin.substr(0, equals)] = pin.substr(equals + 1);
  }
  return pins;
}

model::WhenBusy WhenBusyOf(const Invocation& given) {
  if (given.Has("--supersede")) {
    return model::WhenBusy::kSupersede;
  }
  return given.Has("--queue") ? model::WhenBusy::kQueue : model::WhenBusy::kRefuse;
}

}  // namespace

base::Result<RunCall> RunCallOf(const Invocation& given, const CallerFacts& caller) {
  const auto pins = HostPins(given);
  if (!pins) {
    return base::Pass(pins.error());
  }
  const auto jobs = given.Number("--jobs", 1, kMaxJobs);
  if (!jobs) {
    return base::Pass(jobs.error());
  }
  const auto lost_after = given.Number("--lane-lost-after", 1, kMaxLostAfterSeconds);
  if (!lost_after) {
    return base::Pass(lost_after.error());
  }
  RunCall call;
  model::RunStartRequest& start = call.start;
  start.request_id = given.Has("--request-id") ? given.Value("--request-id") : caller.request_id;
  start.scope.selectors = given.arguments;
  start.scope.platforms = given.Values("--platform");
  start.scope.root = given.Value("--root");
  start.scope.pipeline_file = given.Value("--pipeline");
  start.scope.no_deps = given.Has("--no-deps");
  start.scope.no_strict = given.Has("--no-strict");
  start.scope.no_snapshot = given.Has("--no-snapshot");
  start.scope.no_post = given.Has("--no-post");
  start.hosts = *pins;
  start.jobs = static_cast<int32_t>(jobs->value_or(0));
  start.lane_lost_after_ms = lost_after->value_or(0) * 1000;
  start.when_busy = WhenBusyOf(given);
  start.cwd = caller.cwd;
  start.env = caller.environment.entries();
  start.umask = caller.umask;
  start.started_by = fmt::format("odu run (pid {})", caller.pid);
  call.detach = given.Has("--detach");
  if (given.Has("--progress")) {
    const bool second = given.Value("--progress") == "json=2";
    call.format = second ? LineFormat::kNdjson2 : LineFormat::kNdjson;
  }
  return call;
}

base::Result<LogsCall> LogsCallOf(const Invocation& given) {
  const auto attempt = given.Number("--attempt", 1, INT32_MAX);
  if (!attempt) {
    return base::Pass(attempt.error());
  }
  const auto offset = given.Number("--offset", -kMaxOffset, kMaxOffset);
  if (!offset) {
    return base::Pass(offset.error());
  }
  LogsCall call;
  call.node = given.arguments.front();
  call.attempt = static_cast<int32_t>(attempt->value_or(0));
  call.offset = offset->value_or(0);
  call.follow = given.Has("--follow");
  call.raw = given.Has("--raw");
  return call;
}

base::Result<WaitCall> WaitCallOf(const Invocation& given) {
  const auto timeout = given.Number("--timeout", 0, kMaxTimeoutSeconds);
  if (!timeout) {
    return base::Pass(timeout.error());
  }
  WaitCall call;
  call.request.settle = given.Has("--settle");
  call.request.expected_sha = given.Value("--expected-sha");
  call.request.after = given.Value("--after");
  if (timeout->has_value()) {
    call.timeout_ms = **timeout * 1000;
  }
  return call;
}

RerunCall RerunCallOf(const Invocation& given) {
  RerunCall call;
  call.targets = given.arguments;
  call.request_id = given.Value("--request-id");
  call.as_json = given.Has("--output");
  return call;
}

CancelCall CancelCallOf(const Invocation& given) {
  CancelCall call;
  call.targets = given.arguments;
  call.request_id = given.Value("--request-id");
  call.at_once = given.Has("--at-once");
  call.as_json = given.Has("--output");
  return call;
}

}  // namespace odu::face
