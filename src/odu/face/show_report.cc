#include "odu/face/show_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "odu/face/display.h"
#include "odu/face/status_report.h"
#include "surface/shape.h"

namespace odu::face {
namespace {

using model::NodeReport;
using model::RunReport;

/// Shorter ones are not worth a line behind every summary.
constexpr int64_t kToldPathMs = 10'000;
constexpr size_t kStatusColumns = 8;
constexpr size_t kShownFlakes = 3;

std::string Clean(std::string_view text) {
  return base::Sanitised(text, false);
}

std::string_view WordOf(const RunReport& report) {
  return report.verdict ? surface::EnumWord(*report.verdict) : std::string_view(report.state);
}

Tint TintOfVerdict(const std::optional<model::Verdict>& verdict) {
  if (verdict == model::Verdict::kPassed) {
    return Tint::kGreen;
  }
  return verdict == model::Verdict::kFailed ? Tint::kRed : Tint::kYellow;
}

std::string HeadLine(const RunReport& report, int64_t now_ms, bool colour) {
  std::string line = fmt::format("run {} · {} @ {}{} · {}", report.ref,
                                 Clean(report.pipeline.empty() ? "pipeline" : report.pipeline),
                                 report.sha.substr(0, 7), report.dirty ? "+dirty" : "",
                                 Tinted(WordOf(report), TintOfVerdict(report.verdict), colour));
  if (report.verdict && report.state != "closed") {
    line += fmt::format(" ({})", report.state);
  }
  line += " · " + base::Counted(static_cast<size_t>(report.expected), "node");
  if (report.settled_at) {
    line += " · " + Span(*report.settled_at - report.started_at);
  }
  return line + " · " + Ago(now_ms - report.started_at) + '\n';
}

std::string Facts(const RunReport& report, int64_t now_ms) {
  std::string text = fmt::format("  id        {}\n", report.run_id);
  text += fmt::format("  commit    {}\n", Clean(report.sha));
  if (report.content_id) {
    text += fmt::format("  content   {}\n", Clean(*report.content_id));
  }
  if (report.tree_changed) {
    text += "  tree      changed while it ran: what passed is not this content\n";
  }
  text += fmt::format("  scope     {}\n", ScopeText(report.scope));
  text += fmt::format("  checkout  {}\n", Clean(report.checkout));
  if (!report.started_by.empty()) {
    text += fmt::format("  asked by  {}\n", Clean(report.started_by));
  }
  if (!report.linked_from.empty()) {
    text += fmt::format("  rerun of  {}\n", Clean(report.linked_from));
  }
  if (!report.closed_because.empty()) {
    text += fmt::format("  closed    {}\n", Clean(report.closed_because));
  }
  if (report.expired_at) {
    text += fmt::format("  expired   {}; its logs are gone\n", Ago(now_ms - *report.expired_at));
  }
  for (const model::LaneReport& lane : report.lanes) {
    text += fmt::format("  lane      {} on {}{}{}{}\n", lane.platform, Clean(lane.host),
                        lane.state.empty() ? "" : ": ", Clean(lane.state),
                        lane.detail.empty() ? "" : " (" + Clean(lane.detail) + ")");
  }
  return text;
}

std::string NodeLine(const NodeReport& node, bool colour) {
  std::string line = Tinted(fmt::format("{} {}", model::StatusGlyph(node.status),
                                        Padded(model::StatusName(node.status), kStatusColumns)),
                            TintOf(node.status), colour);
  line += ' ' + node.name;
  if (node.duration_ms) {
    line += ' ' + Span(*node.duration_ms);
  }
  if (!node.reason.empty()) {
    line += " (" + Clean(node.reason) + ")";
  }
  if (node.flaky) {
    line += Tinted("  flaky", Tint::kYellow, colour);
  }
  if (node.usual_ms) {
    line += Tinted(fmt::format("  slow: usually {}", Span(*node.usual_ms)), Tint::kYellow, colour);
  }
  line += '\n';
  if (node.attempts.size() > 1) {
    for (const model::AttemptReport& attempt : node.attempts) {
      line += fmt::format("    attempt {}: {}", attempt.attempt, model::StatusName(attempt.status));
      if (attempt.duration_ms) {
        line += ' ' + Span(*attempt.duration_ms);
      }
      line += attempt.reason.empty() ? "\n" : " (" + Clean(attempt.reason) + ")\n";
    }
  }
  if (model::IsRed(node.status) && !node.log.empty()) {
    line += fmt::format("    log: {}\n", Clean(node.log));
  }
  return line;
}

std::string Durations(const std::optional<int64_t>& before, const std::optional<int64_t>& after) {
  return fmt::format("{} -> {}", before ? Span(*before) : "-", after ? Span(*after) : "-");
}

std::string_view StatusOr(const std::optional<model::NodeStatus>& status) {
  return status ? model::StatusName(*status) : std::string_view("-");
}

std::string CriticalPathLine(const RunReport& report) {
  std::string line = fmt::format("critical path, {}:", Span(*report.critical_ms));
  for (size_t i = 0; i < report.critical_path.size(); ++i) {
    line += fmt::format("{} {}", i == 0 ? "" : " ->", report.critical_path[i]);
  }
  return line + '\n';
}

}  // namespace

std::string ShowText(const RunReport& report, int64_t now_ms, bool colour) {
  std::string text = HeadLine(report, now_ms, colour) + Facts(report, now_ms);
  if (!report.nodes.empty()) {
    text += '\n';
  }
  if (report.state == "expired" && !report.nodes.empty()) {
    text += "it was red in:\n";
  }
  for (const NodeReport& node : report.nodes) {
    text += NodeLine(node, colour);
  }
  if (report.critical_path.size() > 1 && report.critical_ms) {
    text += "\n" + CriticalPathLine(report);
  }
  if (!report.owed.empty() && report.state != "running") {
    text += fmt::format("\n{} never ended\n", base::Counted(report.owed.size(), "node"));
  }
  if (!report.unposted.empty()) {
    text += fmt::format("\n{} not posted yet\n",
                        base::Counted(report.unposted.size(), "status", "statuses"));
  }
  if (!report.damage.empty()) {
    text += Tinted(fmt::format("\ndamaged: its journal, {}; what stands before that counts\n",
                               Clean(report.damage)),
                   Tint::kRed, colour);
  }
  return text;
}

std::string LongPathText(const RunReport& report) {
  const bool told =
      report.critical_path.size() > 1 && report.critical_ms.value_or(0) >= kToldPathMs;
  return told ? CriticalPathLine(report) : std::string();
}

std::string SlowText(const RunReport& report, bool colour) {
  std::string text;
  for (const NodeReport& node : report.nodes) {
    if (node.usual_ms && node.duration_ms) {
      text += fmt::format("{}  {}  {}, usually {}\n", Tinted("SLOW", Tint::kYellow, colour),
                          node.name, Span(*node.duration_ms), Span(*node.usual_ms));
    }
  }
  return text;
}

std::string FlakesText(const model::FlakesReport& report, int64_t now_ms, bool colour) {
  if (report.nodes.empty()) {
    return "no flaky nodes\n";
  }
  std::string text;
  for (const model::FlakyNodeReport& node : report.nodes) {
    text += fmt::format(
        "{}  flaky on {}, red in {} of {}, last {}\n", Tinted(node.node, Tint::kYellow, colour),
        base::Counted(static_cast<size_t>(node.commits), "commit"), node.red,
        base::Counted(static_cast<size_t>(node.attempts), "attempt"), Ago(now_ms - node.last_at));
    for (size_t i = 0; i < std::min(node.flakes.size(), kShownFlakes); ++i) {
      const model::FlakeReport& flake = node.flakes[i];
      const bool same = flake.run_id == flake.passed_run_id;
      text += fmt::format(
          "  {} attempt {} red, {} ok\n", flake.run, flake.attempt,
          same ? fmt::format("attempt {}", flake.passed_attempt) : "run " + flake.passed_run_id);
    }
    if (node.flakes.size() > kShownFlakes) {
      text += fmt::format("  and {} more\n", node.flakes.size() - kShownFlakes);
    }
  }
  return report.truncated ? text + "older ones are left out\n" : text;
}

std::string DiffText(const model::RunDiff& diff, bool colour) {
  const auto verdict = [&](const std::optional<model::Verdict>& word) {
    return Tinted(word ? surface::EnumWord(*word) : std::string_view("no verdict"),
                  TintOfVerdict(word), colour);
  };
  std::string text = fmt::format("{} {} -> {} {}\n", diff.before, verdict(diff.before_verdict),
                                 diff.after, verdict(diff.after_verdict));
  for (const model::NodeDiff& node : diff.nodes) {
    switch (node.change) {
      case model::NodeChange::kAppeared:
        text += fmt::format("+ {} {}\n", node.name, StatusOr(node.after));
        break;
      case model::NodeChange::kVanished:
        text += fmt::format("- {} {}\n", node.name, StatusOr(node.before));
        break;
      case model::NodeChange::kStatus:
        text += fmt::format("! {} {} -> {} ({})\n", node.name, StatusOr(node.before),
                            StatusOr(node.after), Durations(node.before_ms, node.after_ms));
        break;
      case model::NodeChange::kSlower:
      case model::NodeChange::kFaster:
        text += fmt::format("~ {} {} ({})\n", node.name, surface::EnumWord(node.change),
                            Durations(node.before_ms, node.after_ms));
        break;
    }
  }
  return text +
         fmt::format("{} unchanged\n", base::Counted(static_cast<size_t>(diff.unchanged), "node"));
}

}  // namespace odu::face
