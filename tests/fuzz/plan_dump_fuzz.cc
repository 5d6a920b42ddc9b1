#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "odu/plan/foreign_view.h"
#include "odu/plan/justfile.h"
#include "odu/plan/pipeline.h"
#include "odu/plan/render.h"
#include "odu/plan/sources.h"
#include "odu/plan/task_file.h"

/// What must hold of every plan: ids are unique, needs stand before their dependents, argv is not
/// empty, and the dump of it is a task file.
static void CheckLane(const odu::model::LanePlan& lane) {
  std::unordered_set<std::string_view> before;
  for (const odu::model::PlanNode& node : lane.nodes) {
    for (const std::string& need : node.needs) {
      if (!before.contains(need)) {
        std::abort();
      }
    }
    if (node.argv.empty() || !before.insert(node.id).second) {
      std::abort();
    }
  }
  const std::string dump = odu::plan::RenderDump({"ci", {}, {}}, lane);
  if (lane.nodes.size() < 1000 && !odu::plan::ParseTaskFile(dump, "dump")) {
    std::abort();
  }
}

/// The input is a dump, and behind a NUL byte the text of the justfile it was made from.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t cut = input.find('\0');
  const std::string text(cut == std::string_view::npos ? "" : input.substr(cut + 1));
  const auto sources = odu::plan::ReadSources(
      "/x/justfile", [&](const std::string& path) -> base::Result<std::optional<std::string>> {
        // Every file is this one, down to a depth, so that imports and modules lead somewhere.
        return path.size() > 18 ? std::optional<std::string>() : std::optional(text);
      });
  if (sources) {
    odu::plan::TextOfCopy(*sources, 0, "macos", "/t");
  }
  const auto justfile = odu::plan::ParseDump(input.substr(0, cut));
  if (!justfile) {
    return 0;
  }
  const odu::plan::Sources none;
  for (const auto& root : {std::optional<std::string>(), std::optional<std::string>("r")}) {
    const auto planned =
        odu::plan::PlanLane(*justfile, sources ? *sources : none, "x86_64-linux", root, nullptr);
    if (planned) {
      CheckLane(planned->lane);
    }
  }
  return 0;
}
