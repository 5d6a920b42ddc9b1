#include "odu/terminal/draw_log.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "odu/face/display.h"
#include "surface/shape.h"

namespace odu::terminal {
namespace {

std::string Size(uint64_t bytes) {
  constexpr uint64_t kKilo = 1000;
  constexpr uint64_t kMega = 1000 * kKilo;
  constexpr uint64_t kGiga = 1000 * kMega;
  const auto in = [bytes](uint64_t unit) {
    return static_cast<double>(bytes) / static_cast<double>(unit);
  };
  if (bytes >= kGiga) {
    return fmt::format("{:.1f} GB", in(kGiga));
  }
  if (bytes >= kMega) {
    return fmt::format("{:.1f} MB", in(kMega));
  }
  return bytes >= kKilo ? fmt::format("{:.1f} kB", in(kKilo)) : fmt::format("{} B", bytes);
}

std::string Standing(const State& state, const LogDocument& log, const Theme& theme) {
  std::string text;
  const auto add = [&](std::string_view part) {
    text += text.empty() ? "" : fmt::format(" {} ", theme.dot());
    text += part;
  };
  if (!state.log.progress.empty()) {
    add(state.log.progress);
  }
  if (state.log.size > 0 || log.end() > 0) {
    add(Size(std::max(state.log.size, log.end())));
  }
  if (!state.log.follow && state.log.size > 0 && state.log.top < log.size()) {
    add(fmt::format(
        "{} %", std::min<uint64_t>(log.line(state.log.top).offset * 100 / state.log.size, 100)));
  }
  add(state.log.follow ? "follow" : "pinned");
  if (state.log.wrap) {
    add("wrap");
  }
  return text;
}

void DrawTitle(Picture& picture, const State& state, const LogDocument& log, const Theme& theme) {
  const Rect& place = picture.layout.log_title;
  if (place.empty()) {
    return;
  }
  const int end = place.x + place.width;
  picture.grid.Fill(place, theme.rule(), Theme::Dim());
  const auto node = state.shown().nodes.find(state.focus);
  if (node == state.shown().nodes.end()) {
    picture.grid.Put(place.x + 1, place.y, " no node ", Theme::Dim(), end);
    return;
  }
  const std::string standing = " " + Standing(state, log, theme) + " ";
  const int standing_at = end - Columns(standing) - 1;
  const bool has_room = standing_at > place.x + 20;
  const int stop = has_room ? standing_at - 1 : end;
  const model::Node& shown = node->second;
  int x = picture.grid.Put(place.x + 1, place.y, " ", {}, stop);
  x = picture.grid.Put(x, place.y, theme.Glyph(shown.status), Theme::StatusStyle(shown.status),
                       stop);
  std::string name = " " + shown.name + " ";
  x = picture.grid.Put(x, place.y, name, Theme::Bold(), stop);
  std::string more;
  if (state.log.attempt > 0) {
    more += fmt::format("attempt {} of {} ", state.log.attempt, shown.attempt);
  } else if (shown.attempt > 1) {
    more += fmt::format("attempt {} ", shown.attempt);
  }
  if (const std::string reason = face::ShownReason(shown); !reason.empty()) {
    more += reason + " ";
  }
  if (IsFlaky(state.shown(), shown.name)) {
    more += "flaky ";
  }
  if (std::ranges::find(state.owed(), shown.name) != state.owed().end()) {
    more += fmt::format("{} its status is not posted yet ", theme.dot());
  }
  picture.grid.Put(x, place.y, more, Theme::Dim(), stop);
  if (has_room) {
    picture.grid.Put(standing_at, place.y, standing, Theme::Dim(), end);
  }
}

/// Marks what the search looks for in a row of text.
void MarkMatches(Picture& picture, const LogPattern& pattern, const Rect& row) {
  if (pattern.needle().empty()) {
    return;
  }
  std::string text;
  std::vector<int> columns;
  for (int x = row.x; x < row.x + row.width; ++x) {
    const std::string_view cell = picture.grid.at(x, row.y).text();
    text += cell;
    columns.insert(columns.end(), cell.size(), x);
  }
  const size_t length = pattern.needle().size();
  for (size_t at = 0; at + length <= text.size(); ++at) {
    if (!pattern.Matches(std::string_view(text).substr(at, length))) {
      continue;
    }
    const int from = columns[at];
    const int to = columns[at + length - 1];
    picture.grid.Restyle({from, row.y, to - from + 1, 1},
                         [](const Style&) { return Theme::Match(); });
    at += length - 1;
  }
}

void MarkSelection(Picture& picture, const LogPane& pane, size_t line, const Rect& row) {
  if (!pane.selection.has_value()) {
    return;
  }
  const LogPoint from = std::min(pane.selection->from, pane.selection->to);
  const LogPoint to = std::max(pane.selection->from, pane.selection->to);
  if (line < from.line || line > to.line) {
    return;
  }
  const int left = line == from.line ? std::min(from.column, row.width) : 0;
  const int right = line == to.line ? std::min(to.column + 1, row.width) : row.width;
  picture.grid.Restyle({row.x + left, row.y, right - left, 1}, [](Style style) {
    style.attributes ^= Style::kReverse;
    return style;
  });
}

}  // namespace

size_t FirstLogLine(const LogPane& pane, const LogDocument& log, int rows) {
  const size_t room = static_cast<size_t>(std::max(rows, 0));
  const size_t last = log.size() > room ? log.size() - room : 0;
  // Below the log's last line is nothing to see.
  const bool whole = log.end() >= pane.size;
  const size_t most = whole || log.size() == 0 ? last : log.size() - 1;
  return pane.follow ? last : std::min(pane.top, most);
}

void DrawLog(Picture& picture, const State& state, const LogDocument& log, const Theme& theme) {
  DrawTitle(picture, state, log, theme);
  const Rect& place = picture.layout.log;
  if (place.empty()) {
    return;
  }
  const int end = place.x + place.width;
  if (!state.log.note.empty() && log.size() == 0) {
    picture.grid.Put(place.x + 1, place.y, Fitted(state.log.note, place.width - 1, theme),
                     Theme::Dim(), end);
    return;
  }
  picture.log_top = FirstLogLine(state.log, log, place.height);
  for (int i = 0; i < place.height; ++i) {
    const size_t index = picture.log_top + static_cast<size_t>(i);
    if (index >= log.size()) {
      break;
    }
    const int y = place.y + i;
    const LogLine& line = log.line(index);
    int x = place.x;
    for (const Cell& cell : line.cells) {
      if (x >= end) {
        break;
      }
      if (cell.width > 0) {
        Cell shown = cell;
        if (theme.ascii && !cell.text().empty() &&
            static_cast<unsigned char>(cell.text()[0]) >= 0x80) {
          shown = Cell();
          shown.bytes[0] = '?';
          shown.style = cell.style;
          // The second half stays a blank.
        }
        picture.grid.Put(x, y, shown, end);
      }
      ++x;
    }
    const bool is_cut = static_cast<int>(line.cells.size()) > place.width && !state.log.wrap;
    if (is_cut) {
      picture.grid.Put(end - 1, y, theme.ellipsis(), Theme::Dim(), end);
    }
    const Rect row{place.x, y, place.width, 1};
    MarkMatches(picture, state.log.pattern, row);
    if (state.log.match.has_value() && line.offset == *state.log.match) {
      picture.grid.Restyle(row, [](Style style) { return style.With(Style::kBold); });
    }
    MarkSelection(picture, state.log, index, row);
  }
  if (state.link_lost.has_value()) {
    picture.grid.Restyle(place, [](Style style) { return style.With(Style::kDim); });
  }
}

void DrawRuns(Picture& picture, const State& state, const Theme& theme) {
  const Rect& title = picture.layout.log_title;
  const Rect& place = picture.layout.log;
  const int end = place.x + place.width;
  if (!title.empty()) {
    picture.grid.Fill(title, theme.rule(), Theme::Dim());
    picture.grid.Put(title.x + 1, title.y, " newest runs ", Theme::Dim(), end);
  }
  int y = place.y;
  const auto line = [&](std::string_view text, const Style& style) {
    if (y < place.y + place.height) {
      picture.grid.Put(place.x + 1, y, Fitted(text, place.width - 1, theme), style, end);
      ++y;
    }
  };
  if (!state.idle.pipeline.error.empty()) {
    std::string_view error = state.idle.pipeline.error;
    error = error.substr(0, error.find('\n'));
    constexpr std::string_view kStep = "plan: ";
    error.remove_prefix(error.starts_with(kStep) ? kStep.size() : 0);
    line(fmt::format("no plan: {}", error), Theme::Bad());
  }
  if (state.idle.runs.empty() && state.known) {
    line(state.plan.nodes.empty() ? "none yet" : "none yet: s starts one", Theme::Dim());
  }
  for (size_t i = 0; i < state.idle.runs.size() && y < place.y + place.height; ++i) {
    const model::RunSummary& run = state.idle.runs[i];
    Hit hit;
    hit.where = {place.x, y, place.width, 1};
    hit.kind = Hit::Kind::kRun;
    hit.index = i;
    picture.hits.push_back(std::move(hit));
    const bool passed = run.verdict == model::Verdict::kPassed;
    const std::string word(run.verdict.has_value() ? surface::EnumWord(*run.verdict)
                           : run.live              ? std::string_view("running")
                                                   : std::string_view("unfinished"));
    const model::NodeStatus status = passed                    ? model::NodeStatus::kOk
                                     : run.verdict.has_value() ? model::NodeStatus::kFailed
                                                               : model::NodeStatus::kRunning;
    std::string text = fmt::format(
        "{:<14} {:<10} {:>9}  {}", run.ref, word,
        run.finished_at.has_value() ? face::Span(*run.finished_at - run.started_at) : std::string(),
        face::Ago(state.now_ms - run.started_at));
    if (!run.unposted.empty()) {
      text += "  " + base::Counted(run.unposted.size(), "post") + " owed";
    }
    if (!run.red.empty()) {
      text += "  " + run.red.front();
      if (run.red.size() > 1) {
        text += fmt::format(" and {} more", run.red.size() - 1);
      }
    }
    picture.grid.Put(place.x + 1, y, theme.Glyph(status), Theme::StatusStyle(status), end);
    picture.grid.Put(place.x + 3, y, Fitted(text, place.width - 3, theme), {}, end);
    ++y;
  }
}

}  // namespace odu::terminal
