#include "odu/coordinator/timings.h"

#include <algorithm>

#include "base/json.h"
#include "base/log.h"
#include "os/file_system.h"
#include "surface/codec.h"

namespace odu::coordinator {
namespace {

constexpr size_t kMaxFileBytes = size_t{8} << 20;
/// Recipes that were renamed away stay until a platform has this many.
constexpr size_t kMaxInstances = 50'000;

template <class T>
void AppendField(std::string& out, std::string_view key, const T& value) {
  out += out.ends_with('{') ? "\"" : ",\"";
  out += key;
  out += "\":";
  surface::Encode(out, value);
}

}  // namespace

std::string TimingsText(std::span<const model::Node> nodes) {
  std::string out;
  for (const model::Node& node : nodes) {
    out += '{';
    AppendField(out, "node", node.name);
    AppendField(out, "recipe", node.recipe);
    AppendField(out, "platform", node.platform);
    AppendField(out, "status", node.status);
    AppendField(out, "startedAt", node.started_at);
    AppendField(out, "durationMs", node.duration_ms);
    AppendField(out, "exitCode", node.exit_code);
    out += "}\n";
  }
  return out;
}

base::Result<void> WriteTimings(const std::string& toplevel, const std::string& sha7,
                                const std::string& text) {
  auto ci = os::OpenDirNoFollow(toplevel + "/.ci");
  if (!ci) {
    return base::Pass(ci.error());
  }
  const std::string folder = toplevel + "/.ci/" + sha7;
  if (auto made = os::MakeDirs(folder, 0700); !made) {
    return made;
  }
  auto opened = os::OpenDirAt(ci->get(), sha7);
  if (!opened) {
    return base::Pass(opened.error());
  }
  return os::WriteFileAtomic(folder + "/timings.jsonl", text, {.mode = 0600, .sync = false});
}

Durations LoadDurations(const std::string& path) {
  const auto text = os::ReadFile(path, kMaxFileBytes);
  if (!text) {
    return {};
  }
  auto durations = surface::DecodeText<Durations>(*text, "durations");
  return durations ? std::move(*durations) : Durations();
}

bool LearnDurations(Durations& durations, std::span<const model::Node> nodes) {
  bool changed = false;
  for (const model::Node& node : nodes) {
    if (node.status != model::NodeStatus::kOk || !node.duration_ms) {
      continue;
    }
    auto& lane = durations[node.platform];
    if (lane.size() >= kMaxInstances && !lane.contains(node.recipe)) {
      lane.clear();
    }
    const auto [known, added] = lane.try_emplace(node.recipe, *node.duration_ms);
    const int64_t difference = std::abs(known->second - *node.duration_ms);
    if (added || difference * 10 > known->second + 10) {
      known->second = *node.duration_ms;
      changed = true;
    }
  }
  return changed;
}

base::Result<void> SaveDurations(const std::string& path, const Durations& durations) {
  return os::WriteFileAtomic(path, surface::Encoded(durations));
}

void KeepTimes(const std::string& toplevel, const std::string& sha7,
               std::span<const model::Node> nodes) {
  const auto written = WriteTimings(toplevel, sha7, TimingsText(nodes));
  if (!written) {
    base::LogWarning("run", "timings of {}: {}", sha7, written.error().message());
  }
}

void LearnTimes(const std::string& path, std::span<const model::Node> nodes, Durations& durations) {
  if (!LearnDurations(durations, nodes)) {
    return;
  }
  const auto saved = SaveDurations(path, durations);
  if (!saved) {
    base::LogWarning("run", "durations: {}", saved.error().message());
  }
}

}  // namespace odu::coordinator
