#include "odu/lane/configure_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "base/sha256.h"
#include "base/text.h"
#include "odu/model/ids.h"

namespace odu::lane {

namespace {

constexpr size_t kMaxNodes = 100'000;
constexpr size_t kMaxArguments = 10'000;
constexpr int32_t kMaxJobs = 4096;

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

base::Result<void> CheckSource(const model::LaneSource& source) {
  if (!IsPlace(source.repository)) {
    return std::unexpected(Bad("source.repository: not an absolute path"));
  }
  if (source.mode == model::SourceMode::kWorktree) {
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
  if (auto source = CheckSource(request.source); !source) {
    return source;
  }
  return CheckNodes(request.plan.nodes);
}

std::string Fingerprint(const model::ConfigureRequest& request) {
  std::string text = surface::Encoded(request.run_id);
  surface::Encode(text, request.plan);
  surface::Encode(text, request.source);
  return base::Sha256Hex(text);
}

}  // namespace odu::lane
