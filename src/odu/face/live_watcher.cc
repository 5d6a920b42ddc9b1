#include "odu/face/live_watcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "odu/face/display.h"
#include "odu/face/lines.h"
#include "odu/face/status_report.h"
#include "odu/face/summary.h"
#include "odu/face/terminal_notice.h"

namespace odu::face {
namespace {

constexpr size_t kShownRuns = 5;
/// So many red nodes' logs are followed at once: the newest.
constexpr size_t kMostTails = 3;

/// When a node that ended did so, for finding the newest.
int64_t EndOf(const model::Node& node) {
  return node.started_at.value_or(0) + node.duration_ms.value_or(0);
}

}  // namespace

LiveWatcher::LiveWatcher(Console& console, async::Clock& clock, std::function<FrameStyle()> size,
                         std::string hint)
    : console_(console),
      clock_(clock),
      size_(std::move(size)),
      hint_(std::move(hint)),
      screen_(console) {}

void LiveWatcher::Waiting(const View& view, const Idle& idle) {
  const FrameStyle style = size_();
  if (view.run.run_id.has_value() && view.run.phase != model::RunPhase::kSettled) {
    screen_.Draw(Frame(view, clock_.WallMs(), style, {}, hint_));
    return;
  }
  screen_.Draw(IdleText(view, idle, clock_.WallMs(), style) +
               Tinted(Cut(hint_, static_cast<size_t>(style.columns)), Tint::kDim, style.colour) +
               '\n');
}

void LiveWatcher::Began(const View& view) {
  Ticked(view, {});
}

void LiveWatcher::Changed(const View&, std::span<const model::Node> transitions) {
  std::string red;
  for (const model::Node& node : transitions) {
    if (model::IsRed(node.status)) {
      red += TransitionLine(node, LineFormat::kPlain, console_.colour());
    }
  }
  if (!red.empty()) {
    screen_.Print(red);
  }
}

void LiveWatcher::Noticed(const model::Notice& notice) {
  screen_.Print(NoticeLine(notice, console_.colour()));
}

void LiveWatcher::Ticked(const View& view, std::span<const LogTail> tails) {
  screen_.Draw(Frame(view, clock_.WallMs(), size_(), tails, hint_));
}

void LiveWatcher::Settled(const View& view, const std::map<std::string, std::string>& tails) {
  screen_.Leave();
  console_.Out(TerminalNotice(view));
  console_.Err(Summary(view, tails, console_.colour()));
}

std::vector<std::string> LiveWatcher::WantedTails(const View& view) const {
  std::vector<const model::Node*> red;
  for (const auto& [name, node] : view.nodes) {
    if (model::IsRed(node.status)) {
      red.push_back(&node);
    }
  }
  const size_t count = std::min(red.size(), kMostTails);
  std::ranges::partial_sort(red, red.begin() + static_cast<std::ptrdiff_t>(count),
                            [](const model::Node* a, const model::Node* b) {
                              return std::pair(EndOf(*a), b->order) >
                                     std::pair(EndOf(*b), a->order);
                            });
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) {
    names.push_back(red[i]->name);
  }
  return names;
}

std::string IdleText(const View& view, const Idle& idle, int64_t now_ms, const FrameStyle& style) {
  const auto width = static_cast<size_t>(std::max(style.columns, 20));
  // The heading, the headings of the two lists and a hint's line stand besides them.
  const size_t room = static_cast<size_t>(std::max(style.rows, 10)) - 5;
  const size_t shown_runs = std::min({idle.runs.size(), kShownRuns, room / 2});
  std::string text;
  const auto add = [&](const std::string& line) { text += Cut(line, width) + '\n'; };
  add(Tinted("odu · no run in progress", Tint::kBold, style.colour));
  if (!idle.pipeline.error.empty()) {
    add("no plan: " +
        base::Sanitised(idle.pipeline.error.substr(0, idle.pipeline.error.find('\n')), false));
  } else if (!idle.pipeline.nodes.empty()) {
    const size_t total = idle.pipeline.nodes.size();
    add(fmt::format("{} @ {}: {}", ShownPipeline(idle.pipeline.name),
                    idle.pipeline.sha.substr(0, 7), base::Counted(total, "node")));
    const size_t shown = total <= room - shown_runs ? total : room - shown_runs - 1;
    for (size_t i = 0; i < shown; ++i) {
      const model::PlannedNode& node = idle.pipeline.nodes[i];
      std::string line = "  ◦ " + node.name;
      for (size_t need = 0; need < node.needs.size(); ++need) {
        line += (need == 0 ? "  after " : ", ") + node.needs[need];
      }
      add(Tinted(line, Tint::kDim, style.colour));
    }
    if (shown < total) {
      add(Tinted(fmt::format("  … and {} more", total - shown), Tint::kDim, style.colour));
    }
  }
  if (shown_runs > 0) {
    add("newest runs:");
    const std::string table =
        RunsText(std::span(idle.runs).first(shown_runs), now_ms, false, style.colour);
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
