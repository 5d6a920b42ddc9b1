#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "odu/plan/just_commands.h"
#include "odu/plan/just_runner.h"
#include "odu/plan/justfile.h"
#include "odu/plan/load_plan.h"
#include "odu/plan/sources.h"

namespace odu::plan {

/// Calls the real just; a machine without one fails the tests.
inline base::Result<JustOutcome> RunRealJust(const JustCall& call) {
  return RunJustBlocking(call);
}

/// A folder with a justfile, for the real just. Disappears with the object.
class JustRepo {
 public:
  explicit JustRepo(std::string_view justfile = {}) {
    std::string path = (std::filesystem::temp_directory_path() / "odu-just-XXXXXX").string();
    if (!mkdtemp(path.data())) {
      std::abort();
    }
    path_ = std::filesystem::canonical(path).string();
    if (!justfile.empty()) {
      Write("justfile", justfile);
    }
  }
  ~JustRepo() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  JustRepo(const JustRepo&) = delete;
  JustRepo& operator=(const JustRepo&) = delete;

  const std::string& path() const { return path_; }

  void Write(const std::string& name, std::string_view text) const {
    const std::filesystem::path file = std::filesystem::path(path_) / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }

  bool Has(const std::string& name) const {
    return std::filesystem::exists(std::filesystem::path(path_) / name);
  }

  PlanRequest Request() const {
    PlanRequest request;
    request.folder = path_;
    request.ceiling = path_;
    request.platforms = {"x86_64-linux"};
    return request;
  }

  base::Result<model::Pipeline> Load() { return Load(Request()); }
  base::Result<model::Pipeline> Load(const PlanRequest& request) {
    return LoadPlan(request, [this](const JustCall& call) {
      calls_.push_back(call);
      return RunRealJust(call);
    });
  }

  /// The calls of just that the last Load made.
  const std::vector<JustCall>& calls() const { return calls_; }

  /// What just dumps of the justfile.
  Justfile Dump() const {
    auto outcome = RunRealJust({DumpCommand(path_ + "/justfile"), path_});
    EXPECT_TRUE(outcome && outcome->exit_code == 0)
        << (outcome ? outcome->errors : outcome.error().message());
    auto justfile = ParseDump(outcome ? outcome->output : "");
    EXPECT_TRUE(justfile) << justfile.error().message();
    return *std::move(justfile);
  }

  Sources ReadAll() const {
    auto sources =
        ReadSources(path_ + "/justfile",
                    [](const std::string& path) -> base::Result<std::optional<std::string>> {
                      if (!std::filesystem::is_regular_file(path)) {
                        return std::optional<std::string>();
                      }
                      std::ifstream in(path, std::ios::binary);
                      return std::optional<std::string>(std::string(
                          std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()));
                    });
    EXPECT_TRUE(sources) << sources.error().message();
    return *std::move(sources);
  }

 private:
  std::string path_;
  std::vector<JustCall> calls_;
};

/// A lane as lines `id <- need, need`, for comparing at a glance.
inline std::string Shown(const model::LanePlan& lane) {
  std::string out;
  for (const model::PlanNode& node : lane.nodes) {
    out += node.id;
    out += node.needs.empty() ? "" : fmt::format(" <- {}", fmt::join(node.needs, ", "));
    out += "\n";
  }
  return out;
}

/// The only lane of a pipeline, or the error, as text.
inline std::string Shown(const base::Result<model::Pipeline>& pipeline) {
  if (!pipeline) {
    return fmt::format("{}: {}\n  {}\n", pipeline.error().code(), pipeline.error().message(),
                       pipeline.error().hint());
  }
  std::string out;
  for (const model::LanePlan& lane : pipeline->lanes) {
    out += pipeline->lanes.size() > 1 ? lane.platform + ":\n" : "";
    out += Shown(lane);
  }
  return out;
}

/// A failure as `code: message` and, on a line of its own, the hint.
inline std::string Shown(const base::Error& error) {
  return fmt::format("{}: {}\n  {}\n", error.code(), error.message(), error.hint());
}

}  // namespace odu::plan
