#include "odu/plan/load_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "odu/model/ids.h"
#include "odu/plan/find_pipeline.h"
#include "odu/plan/foreign_view.h"
#include "odu/plan/just_commands.h"
#include "odu/plan/justfile.h"
#include "odu/plan/pipeline.h"
#include "odu/plan/sources.h"
#include "odu/plan/systems.h"
#include "odu/plan/task_file.h"
#include "os/file_system.h"

namespace odu::plan {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFileBytes = size_t{64} << 20;
constexpr int kOldestMinor = 50;  ///< just 1.50: the first with all that a plan reads
constexpr std::string_view kNeedsJust = "odu needs just 1.50 or newer on PATH";

/// A file's text; nothing when there is no file (a folder is none).
base::Result<std::optional<std::string>> ReadIfFile(const std::string& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return std::optional<std::string>();
  }
  auto text = os::ReadFile(path, kMaxFileBytes);
  if (!text) {
    return std::unexpected(text.error().In("plan"));
  }
  return std::optional<std::string>(*std::move(text));
}

/// True for the version line of a just that is older than what a plan can read.
bool IsTooOld(std::string_view version_line) {
  constexpr std::string_view kName = "just 1.";
  if (!version_line.starts_with(kName)) {
    return version_line.starts_with("just 0.");
  }
  version_line.remove_prefix(kName.size());
  int minor = 0;
  const auto parsed =
      std::from_chars(version_line.data(), version_line.data() + version_line.size(), minor);
  return parsed.ec == std::errc() && minor < kOldestMinor;
}

std::string Trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
    text.pop_back();
  }
  return text;
}

/// Loads one justfile, as each system sees it.
class JustfileLoader {
 public:
  JustfileLoader(std::string justfile, const std::optional<std::string>& root, const RunJust& run)
      : justfile_(std::move(justfile)),
        folder_(fs::path(justfile_).parent_path().string()),
        root_(root),
        run_(run) {}

  base::Result<model::Pipeline> Load(const std::vector<std::string>& platforms) {
    auto sources = ReadSources(justfile_, ReadIfFile);
    if (!sources) {
      return base::Pass(sources.error());
    }
    sources_ = *std::move(sources);
    const std::string here = SystemOf(model::ThisPlatform());
    // Lanes of one system have the same plan, and so have all where no recipe is tied to a system.
    std::map<std::string, PlannedLane> planned;
    model::Pipeline out;
    for (const std::string& platform : platforms) {
      const std::string system = sources_.DependOnSystem() ? SystemOf(platform) : here;
      if (!planned.contains(system)) {
        auto lane = system == here ? LoadHere(platform) : LoadForeign(platform, system);
        if (!lane) {
          return base::Pass(lane.error());
        }
        planned.emplace(system, *std::move(lane));
      }
      const PlannedLane& lane = planned.at(system);
      out.name = out.name.empty() ? lane.root : out.name;
      out.lanes.push_back({platform, lane.lane.nodes});
      const auto pruned = sources_.PrunedOn(platform);
      out.pruned.insert(out.pruned.end(), pruned.begin(), pruned.end());
    }
    return out;
  }

 private:
  base::Result<PlannedLane> LoadHere(const std::string& platform) {
    auto dump = Dump(justfile_, folder_);
    if (!dump) {
      return base::Pass(dump.error());
    }
    return Plan(*dump, platform, justfile_, folder_);
  }

  base::Result<PlannedLane> LoadForeign(const std::string& platform, const std::string& system) {
    auto view = ForeignView::Make(sources_, system);
    if (!view) {
      return base::Pass(view.error());
    }
    auto dump = Dump(view->justfile(), view->folder());
    if (!dump) {
      const base::Error& error = dump.error();
      return base::Fail(error.kind(), error.code(), view->WithOriginalNames(error.message()),
                        error.code() == "just_failed"
                            ? fmt::format("this is the justfile as {} sees it, where recipes of "
                                          "other systems do not exist",
                                          system)
                            : error.hint());
    }
    return Plan(*dump, platform, view->justfile(), view->folder());
  }

  base::Result<PlannedLane> Plan(const Justfile& justfile, const std::string& platform,
                                 const std::string& path, const std::string& folder) {
    return PlanLane(justfile, sources_, platform, root_,
                    [&](const std::string& variable) -> base::Result<std::string> {
                      auto outcome = run_({EvaluateCommand(path, variable), folder});
                      if (!outcome) {
                        return base::Pass(outcome.error());
                      }
                      if (outcome->exit_code != 0) {
                        return base::Fail(base::ErrorKind::kInput, "just_failed",
                                          Trimmed(outcome->errors));
                      }
                      return std::move(outcome->output);
                    });
  }

  base::Result<Justfile> Dump(const std::string& path, const std::string& folder) {
    auto outcome = run_({DumpCommand(path), folder});
    if (!outcome && outcome.error().code() == "program_not_found") {
      return base::Fail(base::ErrorKind::kHost, "just_missing", "plan: just is not on PATH",
                        std::string(kNeedsJust));
    }
    if (!outcome) {
      const base::Error error = outcome.error().In("plan: running just");
      return std::unexpected(error.hint().empty() ? error.WithHint(std::string(kNeedsJust))
                                                  : error);
    }
    base::Result<Justfile> parsed = std::unexpected(base::Error());
    if (outcome->exit_code == 0) {
      parsed = ParseDump(outcome->output);
      if (parsed) {
        return parsed;
      }
    }
    if (auto version = run_({{"just", "--version"}, folder});
        version && IsTooOld(version->output)) {
      return base::Fail(base::ErrorKind::kHost, "just_too_old",
                        fmt::format("plan: this is {}", Trimmed(version->output)),
                        std::string(kNeedsJust));
    }
    if (outcome->exit_code == 0) {
      return parsed;
    }
    if (outcome->exit_code >= 128 && outcome->errors.empty()) {
      return base::Fail(base::ErrorKind::kHost, "just_died",
                        "plan: just was ended by a signal while it read the justfile",
                        "thousands of recipes in one chain overflow its stack; try 'ulimit -s "
                        "unlimited'");
    }
    return base::Fail(base::ErrorKind::kInput, "just_failed",
                      fmt::format("plan: just refuses the justfile: {}", Trimmed(outcome->errors)));
  }

  std::string justfile_;
  std::string folder_;
  const std::optional<std::string>& root_;
  const RunJust& run_;
  Sources sources_;
};

base::Result<model::Pipeline> LoadTaskFile(const std::string& path,
                                           const std::optional<std::string>& root,
                                           const std::vector<std::string>& platforms) {
  const std::string name = fs::path(path).filename().string();
  if (root) {
    return base::Fail(
        base::ErrorKind::kUsage, "root_without_justfile",
        fmt::format("plan: {} has no recipes to take {} from", name, base::Quoted(*root)),
        "select tasks by naming them: odu run TASK");
  }
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    return base::Fail(base::ErrorKind::kInput, "no_pipeline_file",
                      fmt::format("plan: {} is a directory", base::Quoted(path)),
                      "name the file in it: --pipeline takes an odu.json");
  }
  auto text = os::ReadFile(path, kMaxFileBytes);
  if (!text && text.error().code() == "not_found") {
    return base::Fail(base::ErrorKind::kInput, "no_pipeline_file",
                      fmt::format("plan: there is no file {}", base::Quoted(path)),
                      "--pipeline takes the path of an odu.json, from where you stand");
  }
  if (!text) {
    return std::unexpected(text.error().In("plan"));
  }
  const auto nodes = ParseTaskFile(*text, name);
  if (!nodes) {
    return base::Pass(nodes.error());
  }
  model::Pipeline out;
  out.name = name;
  for (const std::string& platform : platforms) {
    out.lanes.push_back({platform, *nodes});
  }
  return out;
}

}  // namespace

base::Result<model::Pipeline> LoadPlan(const PlanRequest& request, const RunJust& run_just) {
  std::vector<std::string> platforms = request.platforms;
  for (const std::string& platform : platforms) {
    if (auto checked = model::CheckPlatform(platform); !checked) {
      return base::Pass(checked.error());
    }
  }
  std::sort(platforms.begin(), platforms.end());
  platforms.erase(std::unique(platforms.begin(), platforms.end()), platforms.end());
  if (request.pipeline_file) {
    const std::string path = (fs::path(request.folder) / *request.pipeline_file).string();
    return LoadTaskFile(path, request.root, platforms);
  }
  const auto found = FindPipeline(request.folder, request.ceiling);
  if (!found) {
    return base::Pass(found.error());
  }
  if (!found->is_justfile) {
    return LoadTaskFile(found->path, request.root, platforms);
  }
  return JustfileLoader(found->path, request.root, run_just).Load(platforms);
}

}  // namespace odu::plan
