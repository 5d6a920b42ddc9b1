#include "odu/coordinator/start_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "odu/coordinator/recipe_environment.h"
#include "odu/model/run_id.h"

namespace odu::coordinator {
namespace {

using base::ErrorKind;
using base::Fail;

constexpr size_t kMaxSelectors = 20'000;
constexpr size_t kMaxPlatforms = 64;
constexpr size_t kMaxNameBytes = 512;
constexpr size_t kMaxPathBytes = 4096;
constexpr int32_t kMaxJobs = 4096;
constexpr int64_t kMaxLostAfterMs = int64_t{7} * 24 * 3600 * 1000;

std::unexpected<base::Error> BadField(std::string_view field, std::string_view why) {
  return Fail(ErrorKind::kUsage, "bad_request", fmt::format("{}: {}", field, why));
}

base::Result<void> CheckText(std::string_view field, std::string_view text, size_t limit) {
  if (text.size() > limit) {
    return Fail(ErrorKind::kLimit, "request_too_large",
                fmt::format("{}: longer than {} bytes", field, limit));
  }
  if (text.contains('\0')) {
    return BadField(field, "holds a NUL byte");
  }
  return {};
}

base::Result<void> CheckTexts(std::string_view field, const std::vector<std::string>& texts,
                              size_t count_limit) {
  if (texts.size() > count_limit) {
    return Fail(ErrorKind::kLimit, "request_too_large",
                fmt::format("{}: more than {}", field, count_limit));
  }
  for (const std::string& text : texts) {
    if (text.empty()) {
      return BadField(field, "an empty name");
    }
    if (auto ok = CheckText(field, text, kMaxNameBytes); !ok) {
      return ok;
    }
  }
  return {};
}

base::Result<void> CheckScope(const model::Scope& scope) {
  if (auto ok = CheckTexts("selectors", scope.selectors, kMaxSelectors); !ok) {
    return ok;
  }
  if (auto ok = CheckTexts("--platform", scope.platforms, kMaxPlatforms); !ok) {
    return ok;
  }
  if (auto ok = CheckText("--root", scope.root, kMaxNameBytes); !ok) {
    return ok;
  }
  return CheckText("--pipeline", scope.pipeline_file, kMaxPathBytes);
}

}  // namespace

base::Result<void> CheckRequestId(std::string_view request_id) {
  const bool plain = std::ranges::all_of(request_id, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == ':';
  });
  if (request_id.empty() || request_id.size() > 128 || !plain) {
    return BadField("request_id", "must be 1 to 128 letters, digits, '-', '_', '.' or ':'");
  }
  return {};
}

base::Result<void> CheckStart(const model::RunStartRequest& request) {
  if (auto ok = CheckRequestId(request.request_id); !ok) {
    return ok;
  }
  if (auto ok = CheckScope(request.scope); !ok) {
    return ok;
  }
  if (request.hosts.size() > kMaxPlatforms) {
    return Fail(ErrorKind::kLimit, "request_too_large",
                fmt::format("--host: more than {}", kMaxPlatforms));
  }
  if (request.jobs < 0 || request.jobs > kMaxJobs) {
    return BadField("--jobs", fmt::format("must be from 0 to {}", kMaxJobs));
  }
  if (request.lane_lost_after_ms < 0 || request.lane_lost_after_ms > kMaxLostAfterMs) {
    return BadField("--lane-lost-after", "must be from 0 to 7 days");
  }
  if (!request.cwd.empty() && request.cwd.front() != '/') {
    return BadField("cwd", "must be an absolute path");
  }
  if (auto ok = CheckText("cwd", request.cwd, kMaxPathBytes); !ok) {
    return ok;
  }
  if (request.umask < 0 || request.umask > 0777) {
    return BadField("umask", "must be from 0 to 0777");
  }
  const bool hex = std::ranges::all_of(request.expected_sha,
                                       [](unsigned char c) { return std::isxdigit(c) != 0; });
  if (request.expected_sha.size() > 64 || !hex) {
    return BadField("expected_sha", "must be hexadecimal digits");
  }
  return CheckEnvironment(request.env);
}

base::Result<void> CheckNodes(const model::NodesRequest& request) {
  if (auto ok = CheckRequestId(request.request_id); !ok) {
    return ok;
  }
  if (request.umask < 0 || request.umask > 0777) {
    return BadField("umask", "must be from 0 to 0777");
  }
  if (!request.run_id.empty() && !model::IsRunId(request.run_id)) {
    return BadField("run_id", "is no run's id");
  }
  if (auto ok = CheckTexts("targets", request.targets, kMaxSelectors); !ok) {
    return ok;
  }
  return CheckEnvironment(request.env);
}

std::string ShownText(std::string_view text) {
  constexpr size_t kMaxShownBytes = 200;
  const std::string_view cut =
      text.substr(0, base::Utf8PrefixLength(text.substr(0, kMaxShownBytes)));
  std::string shown = base::Sanitised(cut, false);
  std::ranges::replace(shown, '\n', ' ');
  return shown;
}

}  // namespace odu::coordinator
