#include "odu/ledger/run_environment.h"

#include <utility>

#include "base/text.h"
#include "odu/ledger/run_folder.h"
#include "os/file_system.h"

namespace odu::ledger {
namespace {

// An environment is bounded by the kernel.
constexpr size_t kLimit = size_t{16} << 20;

/// A value is all that follows the first '='.
std::pair<std::string_view, std::string_view> Split(std::string_view entry) {
  const size_t equals = entry.find('=');
  return {entry.substr(0, equals), entry.substr(equals + 1)};
}

void PutAll(os::Environment& environment, const os::Environment& more) {
  for (const std::string& entry : more.entries()) {
    const auto [name, value] = Split(entry);
    environment.Set(name, value);
  }
}

base::Result<void> WriteEntries(const std::string& path, const os::Environment& environment) {
  std::string text;
  for (const std::string& entry : environment.entries()) {
    text += entry;
    text += '\0';
  }
  os::WriteOptions options;
  options.sync = true;
  return os::WriteFileAtomic(path, text, options);
}

base::Result<os::Environment> ReadEntries(const std::string& path) {
  auto text = os::ReadFile(path, kLimit);
  if (!text) {
    return base::Pass(text.error());
  }
  std::vector<std::string> entries;
  for (const std::string_view entry : base::Split(*text, '\0')) {
    if (!entry.empty()) {
      entries.emplace_back(entry);
    }
  }
  return os::Environment(std::move(entries));
}

}  // namespace

os::Environment RunEnvironment::Of(std::string_view platform) const {
  os::Environment environment = common;
  if (const auto more = passed.find(platform); more != passed.end()) {
    PutAll(environment, more->second);
  }
  return environment;
}

std::vector<std::string> RunEnvironment::SecretsOf(std::string_view platform) const {
  std::vector<std::string> values;
  if (const auto more = passed.find(platform); more != passed.end()) {
    for (const std::string& entry : more->second.entries()) {
      if (const std::string_view value = Split(entry).second; !value.empty()) {
        values.emplace_back(value);
      }
    }
  }
  return values;
}

os::Environment RunEnvironment::Whole() const {
  os::Environment environment = common;
  for (const auto& [platform, more] : passed) {
    PutAll(environment, more);
  }
  return environment;
}

base::Result<void> WriteRunEnvironment(const RunFolder& folder, const RunEnvironment& environment) {
  for (const auto& [platform, more] : environment.passed) {
    if (more.entries().empty()) {
      continue;
    }
    if (auto written = WriteEntries(folder.environment(platform), more); !written) {
      return written;
    }
  }
  return WriteEntries(folder.environment(), environment.common);
}

base::Result<RunEnvironment> ReadRunEnvironment(const RunFolder& folder,
                                                std::span<const RunLane> lanes) {
  auto common = ReadEntries(folder.environment());
  if (!common) {
    return base::Pass(common.error());
  }
  RunEnvironment environment;
  environment.common = std::move(*common);
  for (const RunLane& lane : lanes) {
    auto more = ReadEntries(folder.environment(lane.platform));
    if (more) {
      environment.passed.emplace(lane.platform, std::move(*more));
    } else if (more.error().code() != "not_found") {
      return base::Pass(more.error());
    }
  }
  return environment;
}

base::Result<void> ForgetRunEnvironment(const RunFolder& folder) {
  auto entries = os::ListDir(folder.path);
  if (!entries) {
    return entries.error().code() == "not_found" ? base::Result<void>()
                                                 : base::Pass(entries.error());
  }
  base::Result<void> result;
  for (const os::DirEntry& entry : *entries) {
    if (entry.name != "env" && !entry.name.starts_with("env.")) {
      continue;
    }
    if (auto removed = os::RemoveTree(folder.path + "/" + entry.name); !removed) {
      result = base::Pass(removed.error());
    }
  }
  return result;
}

}  // namespace odu::ledger
