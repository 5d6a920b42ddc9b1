#include "odu/lane/configure_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_set>

#include "base/sha256.h"
#include "base/text.h"
#include "git/object_cache.h"
#include "odu/model/ids.h"

namespace odu::lane {

namespace {

constexpr size_t kMaxNodes = 100'000;
constexpr size_t kMaxArguments = 10'000;
constexpr int32_t kMaxJobs = 4096;
constexpr size_t kMaxOriginBytes = 4096;
constexpr size_t kMaxEnterArguments = 256;
constexpr size_t kMaxEnterBytes = size_t{64} << 10;
constexpr size_t kMaxEnvBytes = size_t{8} << 20;
constexpr size_t kMaxMasked = 4096;
constexpr size_t kMaxStoryBytes = size_t{4} << 20;

base::Error Bad(std::string message) {
  return base::Error(base::ErrorKind::kInput, "bad_configure", "configure: " + std::move(message));
}

bool HasNul(const std::string& text) {
  return text.find('\0') != std::string::npos;
}

bool IsRunId(const std::string& text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_';
  });
}

bool IsPlace(const std::string& path) {
  return path.starts_with('/') && path.size() < 4096 && !HasNul(path);
}

bool IsSha(const std::string& text) {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// `.` and `..` would have one place go by two names.
bool IsPlainPlace(const std::string& path) {
  return IsPlace(path) && path != "/" && (path + "/").find("/./") == std::string::npos &&
         (path + "/").find("/../") == std::string::npos && path.find("//") == std::string::npos &&
         !path.ends_with('/');
}

bool Holds(const std::string& outer, const std::string& inner) {
  return inner == outer || inner.starts_with(outer + "/");
}

/// A host, with a user before it perhaps, that no program takes for an option.
bool IsHost(std::string_view text) {
  const size_t at = text.rfind('@');
  const std::string_view host = at == std::string_view::npos ? text : text.substr(at + 1);
  return !text.empty() && !host.empty() && text.front() != '-' && host.front() != '-';
}

/// What git may fetch from: no option, no transport that runs a program, nothing that depends on
/// where one stands.
bool IsOrigin(const std::string& url) {
  if (url.size() > kMaxOriginBytes || url.starts_with('-') ||
      std::ranges::any_of(url, [](unsigned char c) { return c <= ' ' || c == 0x7f; })) {
    return false;
  }
  if (url.starts_with('/')) {
    return true;
  }
  const size_t colon = url.find(':');
  if (colon == std::string::npos || colon == 0) {
    return false;
  }
  const std::string_view after = std::string_view(url).substr(colon);
  if (!after.starts_with("://")) {
    // user@host:path; a slash before the colon would make it a relative path.
    return !after.starts_with("::") && after.size() > 1 && url.find('/') > colon &&
           IsHost(std::string_view(url).substr(0, colon));
  }
  constexpr std::array<std::string_view, 4> kSchemes{"https", "http", "ssh", "git"};
  const std::string_view scheme = std::string_view(url).substr(0, colon);
  const std::string_view rest = after.substr(3);
  if (scheme == "file") {
    return rest.starts_with('/');
  }
  return std::ranges::find(kSchemes, scheme) != kSchemes.end() &&
         IsHost(rest.substr(0, rest.find('/')));
}

base::Result<void> CheckShipped(const model::LaneSource& source) {
  if (!IsPlainPlace(source.repository)) {
    return std::unexpected(Bad("source.repository: no place for an object cache"));
  }
  if (!IsPlainPlace(source.workspace)) {
    return std::unexpected(Bad("source.workspace: not an absolute path"));
  }
  if (Holds(source.repository, source.workspace) || Holds(source.workspace, source.repository)) {
    return std::unexpected(Bad("source.workspace: must not overlap with source.repository"));
  }
  return {};
}

base::Result<void> CheckSource(const model::LaneSource& source) {
  if (!source.origin.empty() && !IsOrigin(source.origin)) {
    return std::unexpected(Bad(fmt::format("source.origin: {} is nothing to fetch from",
                                           base::Quoted(git::ShownUrl(source.origin)))));
  }
  if (source.mode == model::SourceMode::kShipped) {
    if (auto shipped = CheckShipped(source); !shipped) {
      return shipped;
    }
  }
  if (!IsPlace(source.repository)) {
    return std::unexpected(Bad("source.repository: not an absolute path"));
  }
  if (source.mode != model::SourceMode::kInPlace) {
    if (!IsPlace(source.workspace) || source.workspace == "/") {
      return std::unexpected(Bad("source.workspace: not an absolute path"));
    }
    if (!IsSha(source.sha)) {
      return std::unexpected(
          Bad(fmt::format("source.sha: {} is no full commit id", base::Quoted(source.sha))));
    }
  }
  return {};
}

base::Result<void> CheckArguments(const std::vector<std::string>& argv, std::string_view place) {
  if (argv.size() > kMaxArguments || std::ranges::any_of(argv, HasNul)) {
    return std::unexpected(Bad(fmt::format("{}: cannot be executed", place)));
  }
  return {};
}

base::Result<void> CheckNodes(const std::vector<model::PlanNode>& nodes) {
  if (nodes.size() > kMaxNodes) {
    return base::Fail(base::ErrorKind::kLimit, "too_many_nodes",
                      fmt::format("configure: {} nodes, at most {}", nodes.size(), kMaxNodes));
  }
  std::unordered_set<std::string_view> known;
  known.reserve(nodes.size());
  for (const model::PlanNode& node : nodes) {
    if (auto id = model::CheckInstanceId(node.id); !id) {
      return std::unexpected(id.error().In("configure"));
    }
    if (node.id == model::kSetupRecipe) {
      return std::unexpected(Bad("a node may not be called '_ci-setup'"));
    }
    for (const std::string& need : node.needs) {
      if (!known.contains(need)) {
        return std::unexpected(Bad(fmt::format("node {} needs {}, which does not stand before it",
                                               base::Quoted(node.id), base::Quoted(need))));
      }
    }
    if (node.argv.empty() || node.argv.front().empty()) {
      return std::unexpected(Bad(fmt::format("node {} has no program", base::Quoted(node.id))));
    }
    if (auto argv = CheckArguments(node.argv, "node " + base::Quoted(node.id)); !argv) {
      return argv;
    }
    if (!known.insert(node.id).second) {
      return std::unexpected(Bad(fmt::format("node {} is there twice", base::Quoted(node.id))));
    }
  }
  return {};
}

size_t BytesOf(const std::vector<std::string>& texts) {
  size_t bytes = 0;
  for (const std::string& text : texts) {
    bytes += text.size();
  }
  return bytes;
}

/// What only a lane on another machine is told.
base::Result<void> CheckRemote(const model::ConfigureRequest& request) {
  if (request.masked.size() > kMaxMasked || BytesOf(request.masked) > kMaxEnvBytes) {
    return std::unexpected(Bad("masked: too many values, or too large"));
  }
  if (request.story.size() > kMaxStoryBytes) {
    return std::unexpected(
        Bad(fmt::format("story: {} bytes, at most {}", request.story.size(), kMaxStoryBytes)));
  }
  if (!request.story.empty() && !request.story.ends_with('\n')) {
    return std::unexpected(Bad("story: its last line is cut off"));
  }
  if (!request.just.empty() && !IsPlainPlace(request.just)) {
    return std::unexpected(Bad("just: not an absolute path"));
  }
  if (!request.enter.empty() &&
      (request.enter.front().empty() || request.enter.size() > kMaxEnterArguments ||
       BytesOf(request.enter) > kMaxEnterBytes)) {
    return std::unexpected(Bad("enter: cannot be executed"));
  }
  if (BytesOf(request.env) > kMaxEnvBytes) {
    return std::unexpected(Bad("env: too large"));
  }
  return {};
}

}  // namespace

base::Result<void> CheckConfigure(const model::ConfigureRequest& request) {
  if (!IsRunId(request.run_id)) {
    return std::unexpected(
        Bad(fmt::format("run_id: {} is no run id", base::Quoted(request.run_id))));
  }
  if (auto platform = model::CheckPlatform(request.plan.platform); !platform) {
    return std::unexpected(platform.error().In("configure"));
  }
  if (request.jobs < 0 || request.jobs > kMaxJobs) {
    return std::unexpected(Bad(fmt::format("jobs: {} is not 0 to {}", request.jobs, kMaxJobs)));
  }
  if (request.umask < 0 || request.umask > 0777) {
    return std::unexpected(Bad(fmt::format("umask: {:o} is none", request.umask)));
  }
  if (HasNul(request.run_ref) || std::ranges::any_of(request.env, HasNul)) {
    return std::unexpected(Bad("env: holds a NUL byte"));
  }
  if (auto enter = CheckArguments(request.enter, "enter"); !enter) {
    return enter;
  }
  if (auto remote = CheckRemote(request); !remote) {
    return remote;
  }
  if (auto source = CheckSource(request.source); !source) {
    return source;
  }
  return CheckNodes(request.plan.nodes);
}

std::string Fingerprint(const model::ConfigureRequest& request) {
  std::string text = surface::Encoded(request.run_id);
  surface::Encode(text, request.plan);
  // Where a commit can be had says nothing of what runs.
  model::LaneSource source = request.source;
  source.origin.clear();
  surface::Encode(text, source);
  return base::Sha256Hex(text);
}

}  // namespace odu::lane
