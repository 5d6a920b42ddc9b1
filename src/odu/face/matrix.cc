#include "odu/face/matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "odu/face/display.h"

namespace odu::face {
namespace {

constexpr size_t kMaxNameColumns = 40;
constexpr size_t kMinCellColumns = 10;
constexpr size_t kMaxTailLines = 8;
/// A title and two lines: with less than that for each, fewer ends are shown.
constexpr size_t kLeastTailRows = 3;
constexpr int64_t kSpinnerMs = 120;

/// One recipe on every platform.
struct Row {
  std::string_view recipe;
  int32_t order = 0;
  std::vector<const model::Node*> cells;  ///< by platform, null where it does not run
};

std::string_view Spinner(int64_t now_ms) {
  constexpr std::array<std::string_view, 10> kFrames{"⠋", "⠙", "⠹", "⠸", "⠼",
                                                     "⠴", "⠦", "⠧", "⠇", "⠏"};
  return kFrames[static_cast<size_t>(now_ms / kSpinnerMs) % kFrames.size()];
}

std::vector<std::string_view> Platforms(const View& view) {
  std::set<std::string_view> names;
  for (const auto& [platform, lane] : view.lanes) {
    names.insert(platform);
  }
  for (const auto& [name, node] : view.nodes) {
    names.insert(node.platform);
  }
  return {names.begin(), names.end()};
}

std::vector<Row> Rows(const View& view, const std::vector<std::string_view>& platforms) {
  std::vector<Row> rows;
  std::unordered_map<std::string_view, size_t> at;
  for (const model::Node* node : Ordered(view)) {
    const auto [entry, is_new] = at.emplace(node->recipe, rows.size());
    if (is_new) {
      rows.push_back(Row{node->recipe, node->order,
                         std::vector<const model::Node*>(platforms.size(), nullptr)});
    }
    const auto column = std::find(platforms.begin(), platforms.end(), node->platform);
    rows[entry->second].cells[static_cast<size_t>(column - platforms.begin())] = node;
  }
  return rows;
}

std::string CellText(const model::Node* node, int64_t now_ms) {
  if (node == nullptr) {
    return {};
  }
  std::string text(node->status == model::NodeStatus::kRunning ? Spinner(now_ms)
                                                               : model::StatusGlyph(node->status));
  if (const auto elapsed = ElapsedMs(*node, now_ms)) {
    text += ' ' + Span(*elapsed);
  }
  if (node->attempt > 1) {
    text += fmt::format(" #{}", node->attempt);
  }
  return text;
}

std::string WithoutBlanks(std::string line) {
  line.resize(line.find_last_not_of(' ') + 1);
  return line;
}

/// 0 shows first: what runs or is red; then what waits; what is done goes first when room is short.
int Urgency(const Row& row) {
  int urgency = 3;
  for (const model::Node* node : row.cells) {
    if (node == nullptr) {
      continue;
    }
    if (model::IsRed(node->status) || node->status == model::NodeStatus::kRunning) {
      return 0;
    }
    urgency = std::min(urgency, node->status == model::NodeStatus::kPending ? 1 : 2);
  }
  return urgency;
}

/// The rows that fit, in their order, and how many are left out.
size_t KeepUrgent(std::vector<Row>& rows, size_t room) {
  if (rows.size() <= room) {
    return 0;
  }
  const size_t kept = room > 1 ? room - 1 : 0;
  const size_t left_out = rows.size() - kept;
  std::vector<std::pair<int, size_t>> ranked;
  ranked.reserve(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    ranked.emplace_back(Urgency(rows[i]), i);
  }
  std::sort(ranked.begin(), ranked.end());
  ranked.resize(kept);
  std::sort(ranked.begin(), ranked.end(),
            [](const auto& a, const auto& b) { return a.second < b.second; });
  std::vector<Row> urgent;
  urgent.reserve(kept);
  for (const auto& [urgency, index] : ranked) {
    urgent.push_back(std::move(rows[index]));
  }
  rows = std::move(urgent);
  return left_out;
}

std::string HeaderLine(const View& view, int64_t now_ms) {
  if (!view.run.run_id.has_value()) {
    return "odu · idle";
  }
  std::string line = fmt::format("odu · {} @ {} · run {}", ShownPipeline(view.run.pipeline),
                                 ShaLabel(view.run), view.run.ref);
  const int64_t end = view.run.settled_at.value_or(now_ms);
  line += " · " + Span(end - view.run.started_at);
  if (const std::string left = LeftText(view.run, now_ms); !left.empty()) {
    line += " · " + left;
  }
  return line;
}

std::string CountsText(const View& view, bool colour) {
  const Counts counts = CountNodes(view);
  std::string line;
  const auto add = [&](size_t count, std::string_view word, Tint tint) {
    if (count > 0) {
      line += line.empty() ? "" : " · ";
      line += Tinted(fmt::format("{} {}", count, word), tint, colour);
    }
  };
  add(counts.ok, "ok", Tint::kGreen);
  add(counts.failed, "failed", Tint::kRed);
  add(counts.errored, "errored", Tint::kRed);
  add(counts.cancelled, "cancelled", Tint::kYellow);
  add(counts.skipped, "skipped", Tint::kDim);
  add(counts.running, "running", Tint::kCyan);
  add(counts.pending, "pending", Tint::kNone);
  return line.empty() ? "waiting for the plan" : line;
}

std::vector<std::string> LaneLines(const View& view, int64_t now_ms, bool colour) {
  std::vector<std::string> lines;
  for (const auto& [platform, lane] : view.lanes) {
    if (lane.state == "connected" || lane.state == "ended") {
      continue;
    }
    std::string line = fmt::format("{} on {}: {} {}", platform, base::Sanitised(lane.host, false),
                                   lane.state, Span(now_ms - lane.since));
    if (lane.total_bytes > 0) {
      constexpr double kMegabyte = 1e6;
      line += fmt::format(" · {:.1f} of {:.1f} MB", static_cast<double>(lane.bytes) / kMegabyte,
                          static_cast<double>(lane.total_bytes) / kMegabyte);
    }
    if (!lane.detail.empty()) {
      line += " · " + base::Sanitised(lane.detail, false);
    }
    const bool bad = lane.state == "failed" || lane.state == "lost";
    lines.push_back(Tinted(line, bad ? Tint::kRed : Tint::kYellow, colour));
  }
  return lines;
}

/// The end of one red node's log in at most `room` lines, newest lines last.
std::vector<std::string> TailLines(const model::Node& node, const std::string& tail, size_t room,
                                   bool colour) {
  std::vector<std::string> lines;
  std::string title = fmt::format("{} {}", model::StatusGlyph(node.status), node.name);
  if (const std::string reason = ShownReason(node); !reason.empty()) {
    title += "  " + reason;
  }
  lines.push_back(Tinted(title, TintOf(node.status), colour));
  if (tail.empty()) {
    return lines;
  }
  const std::vector<std::string_view> all = base::Split(tail, '\n');
  const size_t shown = std::min({all.size(), room - 1, kMaxTailLines});
  for (size_t i = all.size() - shown; i < all.size(); ++i) {
    lines.push_back(fmt::format("  {}", all[i]));
  }
  return lines;
}

/// The ends of logs: one may have a third of the screen, several half of it. What a short one
/// leaves over is the next one's.
std::vector<std::string> AllTails(const View& view, std::span<const LogTail> tails, size_t height,
                                  bool colour) {
  size_t room = tails.size() > 1 ? height / 2 : height / 3;
  size_t count = std::min(tails.size(), std::max<size_t>(room / kLeastTailRows, 1));
  std::vector<std::string> lines;
  for (const LogTail& tail : tails) {
    const auto node = view.nodes.find(tail.node);
    if (count == 0 || room / count < 2) {
      break;
    }
    if (node == view.nodes.end()) {
      continue;
    }
    for (std::string& line : TailLines(node->second, tail.text, room / count, colour)) {
      lines.push_back(std::move(line));
      --room;
    }
    --count;
  }
  return lines;
}

}  // namespace

std::string Frame(const View& view, int64_t now_ms, const FrameStyle& style,
                  std::span<const LogTail> tails, const std::string& hint) {
  const auto height = static_cast<size_t>(std::max(style.rows, 6));
  const auto width = static_cast<size_t>(std::max(style.columns, 20));
  const std::vector<std::string_view> platforms = Platforms(view);
  std::vector<Row> rows = Rows(view, platforms);

  std::vector<std::string> below;
  below.push_back(CountsText(view, style.colour));
  for (std::string& line : LaneLines(view, now_ms, style.colour)) {
    below.push_back(std::move(line));
  }
  // Two lines above the rows; what the tails leave is theirs.
  for (std::string& line : AllTails(view, tails, height, style.colour)) {
    below.push_back(std::move(line));
  }
  if (!hint.empty()) {
    below.push_back(Tinted(hint, Tint::kDim, style.colour));
  }
  below.resize(std::min(below.size(), height - 3));
  const size_t left_out = KeepUrgent(rows, height - 2 - below.size());

  size_t name_columns = 8;
  for (const Row& row : rows) {
    name_columns = std::max(name_columns, DisplayWidth(row.recipe));
  }
  name_columns = std::min({name_columns, kMaxNameColumns, width / 2});
  size_t cell_columns = kMinCellColumns;
  for (const std::string_view platform : platforms) {
    cell_columns = std::max(cell_columns, platform.size());
  }

  std::string frame;
  const auto add = [&](const std::string& line) { frame += Cut(line, width) + '\n'; };
  add(Tinted(HeaderLine(view, now_ms), Tint::kBold, style.colour));
  if (!platforms.empty()) {
    std::string line = Padded("", name_columns);
    for (const std::string_view platform : platforms) {
      line += "  " + Padded(platform, cell_columns);
    }
    add(Tinted(WithoutBlanks(line), Tint::kDim, style.colour));
  }
  for (const Row& row : rows) {
    std::string line = Padded(Cut(row.recipe, name_columns), name_columns);
    for (const model::Node* node : row.cells) {
      const std::string text = Cut(CellText(node, now_ms), cell_columns);
      const std::string blanks(cell_columns - DisplayWidth(text), ' ');
      line += "  ";
      line += node == nullptr ? "" : Tinted(text, TintOf(node->status), style.colour);
      line += blanks;
    }
    add(WithoutBlanks(line));
  }
  if (left_out > 0) {
    add(Tinted(fmt::format("… and {} more", left_out), Tint::kDim, style.colour));
  }
  for (const std::string& line : below) {
    add(line);
  }
  return frame;
}

}  // namespace odu::face
