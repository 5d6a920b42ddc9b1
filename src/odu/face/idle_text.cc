#include "odu/face/idle_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/text.h"
#include "odu/face/display.h"
#include "odu/face/status_report.h"

namespace odu::face {
namespace {

constexpr size_t kShownRuns = 5;
constexpr size_t kShownNodes = 50;

}  // namespace

std::string IdleText(const View& view, const Idle& idle, int64_t now_ms, bool colour) {
  const size_t shown_runs = std::min(idle.runs.size(), kShownRuns);
  std::string text;
  const auto add = [&](const std::string& line) { text += line + '\n'; };
  add(Tinted("odu · no run in progress", Tint::kBold, colour));
  if (!idle.pipeline.error.empty()) {
    add("no plan: " +
        base::Sanitised(idle.pipeline.error.substr(0, idle.pipeline.error.find('\n')), false));
  } else if (!idle.pipeline.nodes.empty()) {
    const size_t total = idle.pipeline.nodes.size();
    add(fmt::format("{} @ {}: {}", ShownPipeline(idle.pipeline.name),
                    idle.pipeline.sha.substr(0, 7), base::Counted(total, "node")));
    const size_t shown = total <= kShownNodes ? total : kShownNodes - 1;
    for (size_t i = 0; i < shown; ++i) {
      const model::PlannedNode& node = idle.pipeline.nodes[i];
      std::string line = "  ◦ " + node.name;
      for (size_t need = 0; need < node.needs.size(); ++need) {
        line += (need == 0 ? "  after " : ", ") + node.needs[need];
      }
      add(Tinted(line, Tint::kDim, colour));
    }
    if (shown < total) {
      add(Tinted(fmt::format("  … and {} more", total - shown), Tint::kDim, colour));
    }
  }
  if (shown_runs > 0) {
    add("newest runs:");
    const std::string table =
        RunsText(std::span(idle.runs).first(shown_runs), now_ms, false, colour);
    for (const std::string_view line : base::Split(table, '\n')) {
      if (!line.empty()) {
        add(fmt::format("  {}", line));
      }
    }
  } else if (view.run.last_ref.has_value()) {
    add("the last run was " + *view.run.last_ref);
  }
  return text;
}

}  // namespace odu::face
