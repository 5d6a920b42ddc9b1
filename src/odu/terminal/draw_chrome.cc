#include "odu/terminal/draw_chrome.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>

#include "base/text.h"
#include "odu/face/display.h"
#include "surface/shape.h"

namespace odu::terminal {
namespace {

/// A piece of a line with its style.
struct Piece {
  std::string text;
  Style style;
};

int PutPieces(Picture& picture, int x, int y, const std::vector<Piece>& pieces, int end) {
  for (const Piece& piece : pieces) {
    x = picture.grid.Put(x, y, piece.text, piece.style, end);
  }
  return x;
}

int WidthOf(const std::vector<Piece>& pieces) {
  int width = 0;
  for (const Piece& piece : pieces) {
    width += Columns(piece.text);
  }
  return width;
}

Piece PhasePiece(const State& state) {
  const model::Run& run = state.shown().run;
  if (run.verdict.has_value() && run.phase == model::RunPhase::kSettled) {
    const bool good = *run.verdict == model::Verdict::kPassed;
    std::string text(surface::EnumWord(*run.verdict));
    if (run.open && !state.past.has_value()) {
      text += " (open)";
    }
    return {std::move(text), good ? Theme::Good().With(Style::kBold) : Theme::Bad()};
  }
  if (run.phase == model::RunPhase::kProvisioning) {
    return {"preparing", Theme::Warning()};
  }
  return {"running", Theme::Busy().With(Style::kBold)};
}

/// How many are how; without the words where there is no room for them.
std::vector<Piece> Counts(const State& state, const face::Counts& counts, const Theme& theme,
                          bool words) {
  std::vector<Piece> pieces;
  const auto add = [&](size_t count, model::NodeStatus status, std::string_view word) {
    if (count == 0) {
      return;
    }
    if (!pieces.empty()) {
      pieces.push_back({"  ", {}});
    }
    pieces.push_back({words ? fmt::format("{} {} {}", theme.Glyph(status), count, word)
                            : fmt::format("{} {}", theme.Glyph(status), count),
                      Theme::StatusStyle(status)});
  };
  using model::NodeStatus;
  add(counts.failed, NodeStatus::kFailed, "failed");
  add(counts.errored, NodeStatus::kErrored, "errored");
  add(counts.running, NodeStatus::kRunning, "running");
  add(counts.ok, NodeStatus::kOk, "ok");
  add(counts.skipped, NodeStatus::kSkipped, "skipped");
  add(counts.cancelled, NodeStatus::kCancelled, "cancelled");
  add(counts.pending, NodeStatus::kPending, "waiting");
  if (pieces.empty()) {
    pieces.push_back({"waiting for the plan", Theme::Dim()});
  }
  if (const size_t flaky = state.shown().run.flaky.size(); flaky > 0) {
    pieces.push_back({fmt::format("  {} flaky", flaky), Theme::Warning()});
  }
  return pieces;
}

/// How far the run is, a stretch for each state; nothing where there is no room for it.
void DrawBar(Picture& picture, const face::Counts& counts, const Theme& theme, int x, int end) {
  constexpr int kLeast = 12;
  constexpr int kMost = 40;
  const int width = std::min(end - x, kMost);
  if (width < kLeast || counts.total == 0) {
    return;
  }
  x = end - width;
  struct Stretch {
    size_t count;
    std::string_view character;
    Style style;
  };
  using model::NodeStatus;
  const std::array<Stretch, 5> stretches{{
      {counts.ok, theme.ascii ? "=" : "━", Theme::StatusStyle(NodeStatus::kOk)},
      {counts.failed + counts.errored, theme.ascii ? "x" : "━", Theme::Bad()},
      {counts.skipped + counts.cancelled, theme.ascii ? "-" : "─",
       Theme::StatusStyle(NodeStatus::kCancelled)},
      {counts.running, theme.ascii ? ">" : "╍", Theme::Busy()},
      {counts.pending, theme.ascii ? "." : "┄", Theme::Dim()},
  }};
  // What is there takes a column at least; the rest is shared by the largest remainder's kin: the
  // What is there takes a column at least, however little it is; the largest gives or takes the
  // rest.
  std::array<int, stretches.size()> widths{};
  int left = width;
  size_t largest = 0;
  for (size_t i = 0; i < stretches.size(); ++i) {
    const size_t share = stretches[i].count * static_cast<size_t>(width) / counts.total;
    widths[i] = stretches[i].count == 0 ? 0 : std::max(static_cast<int>(share), 1);
    left -= widths[i];
    largest = widths[i] > widths[largest] ? i : largest;
  }
  widths[largest] += left;
  for (size_t i = 0; i < stretches.size(); ++i) {
    picture.grid.Fill({x, 1, widths[i], 1}, stretches[i].character, stretches[i].style);
    x += widths[i];
  }
}

std::vector<Piece> Times(const State& state, const Theme& theme) {
  const model::Run& run = state.shown().run;
  std::vector<Piece> pieces;
  if (run.started_at > 0) {
    const int64_t end = run.settled_at.value_or(state.now_ms);
    pieces.push_back({face::Span(end - run.started_at), Theme::Bold()});
  }
  if (run.eta_at.has_value() && *run.eta_at > state.now_ms &&
      run.phase != model::RunPhase::kSettled && !state.past.has_value()) {
    pieces.push_back(
        {fmt::format(" {} about {} left", theme.dot(), face::Span(*run.eta_at - state.now_ms)),
         Theme::Dim()});
  }
  if (!state.owed().empty()) {
    pieces.push_back(
        {fmt::format("{}{} owed", pieces.empty() ? "" : fmt::format(" {} ", theme.dot()),
                     base::Counted(state.owed().size(), "post")),
         Theme::Warning()});
  }
  return pieces;
}

std::vector<Piece> Title(const State& state, const Theme& theme) {
  const face::View& view = state.shown();
  std::vector<Piece> pieces{{" odu ", Theme::Title()}};
  const std::string pipeline = face::ShownPipeline(view.run.pipeline);
  if (state.is_idle()) {
    if (!state.known) {
      return pieces;
    }
    pieces.push_back({" no run in progress", Theme::Bold()});
    if (!pipeline.empty()) {
      pieces.push_back({fmt::format(" {} {} @ {}", theme.dot(), pipeline, view.run.sha7), {}});
    }
    return pieces;
  }
  pieces.push_back({fmt::format(" {} {} ", pipeline, theme.dot()), {}});
  pieces.push_back({fmt::format("run {}", view.run.ref), Theme::Bold()});
  if (view.run.dirty) {
    pieces.push_back({" +dirty", Theme::Warning()});
  }
  pieces.push_back({fmt::format(" {} ", theme.dot()), {}});
  pieces.push_back(PhasePiece(state));
  if (state.past.has_value()) {
    pieces.push_back(
        {fmt::format(" {} {}", theme.dot(), face::Ago(state.now_ms - view.run.started_at)),
         Theme::Dim()});
  }
  return pieces;
}

/// Under the title while nothing runs: what would run, and what the last run still owes.
std::vector<Piece> IdlePieces(const State& state, const Theme& theme) {
  std::vector<Piece> pieces;
  if (!state.plan.nodes.empty()) {
    pieces.push_back({state.selected.empty()
                          ? base::Counted(state.plan.nodes.size(), "node")
                          : fmt::format("{} of {} selected", state.selected.size(),
                                        base::Counted(state.plan.nodes.size(), "node")),
                      state.selected.empty() ? Theme::Dim() : Theme::Bold()});
  }
  if (!state.owed().empty()) {
    pieces.push_back({fmt::format("{}{} owed by the last run",
                                  pieces.empty() ? "" : fmt::format(" {} ", theme.dot()),
                                  base::Counted(state.owed().size(), "post")),
                      Theme::Warning()});
  }
  return pieces;
}

/// Right of the title: that what is shown is not what is now.
std::vector<Piece> Warnings(const State& state) {
  std::vector<Piece> pieces;
  if (state.link_lost.has_value()) {
    pieces.push_back(
        {fmt::format(" reconnecting ({}) ", face::Span(state.now_ms - state.link_lost_at)),
         Theme::Warning().With(Style::kReverse)});
  } else if (!state.known) {
    pieces.push_back({" connecting ", Theme::Warning()});
  } else if (state.past.has_value()) {
    const bool runs =
        state.live.run.run_id.has_value() && state.live.run.phase != model::RunPhase::kSettled;
    pieces.push_back({runs ? " a run is in progress: ] " : " past run: ] goes back ",
                      Theme::Warning().With(Style::kReverse)});
  }
  return pieces;
}

struct Hint {
  std::string_view key;
  std::string_view word;
};

std::vector<Hint> Hints(const State& state) {
  switch (state.mode) {
    case Mode::kHelp:
      return {{"Esc", "close"}};
    case Mode::kPalette:
    case Mode::kAttempts:
      return {{"Enter", "choose"}, {"Esc", "close"}};
    default:
      break;
  }
  if (state.is_idle()) {
    return {{"s", "start"}, {"Space", "select"}, {"[", "last run"},
            {"?", "help"},  {":", "commands"},   {"q", state.owns_run ? "quit" : "leaves"}};
  }
  std::vector<Hint> hints{{"q", state.owns_run ? "quit" : "leaves"}, {"?", "help"}};
  if (state.zoomed) {
    hints.push_back({"Enter", "back"});
  } else {
    hints.push_back({"Enter", "zoom"});
  }
  hints.push_back({"/", "search"});
  if (state.past.has_value()) {
    hints.insert(hints.end(), {{"[", "older"}, {"]", "newer"}, {"e", "error"}, {"a", "attempts"}});
    return hints;
  }
  hints.push_back({"f", state.log.follow ? "pin" : "follow"});
  hints.push_back({"e", "error"});
  hints.push_back({"r", "rerun"});
  hints.push_back({"x", "shell"});
  hints.push_back({":", "commands"});
  return hints;
}

std::string Clock(int64_t at_ms) {
  const std::time_t seconds = at_ms / 1000;
  std::tm local{};
  localtime_r(&seconds, &local);
  return fmt::format("{:02}:{:02}:{:02}", local.tm_hour, local.tm_min, local.tm_sec);
}

std::string QuestionText(const State& state) {
  switch (state.question) {
    case Question::kLeaveRun:
      return "leave: ";
    case Question::kCancelRun:
      return fmt::format("cancel run {}? ", state.live.run.ref);
    case Question::kCancelNode:
      return fmt::format("cancel {}? ", state.question_node);
    case Question::kStart:
      return fmt::format("start {} of {}{}{}? ",
                         state.selected.empty() ? base::Counted(state.plan.nodes.size(), "node")
                                                : base::Counted(state.selected.size(), "node"),
                         face::ShownPipeline(state.plan.run.pipeline),
                         state.input.empty() ? "" : " ", state.input);
  }
  return {};
}

std::vector<Hint> Answers(const State& state) {
  if (state.question == Question::kLeaveRun) {
    return {{"c", "cancels the run"}, {"l", "leaves it running"}, {"Esc", "stays"}};
  }
  return {{"y", "yes"}, {"n", "no"}};
}

/// Keys with their words, as many as fit; each can be clicked.
void PutHints(Picture& picture, const std::vector<Hint>& hints, int x, int y) {
  for (const Hint& hint : hints) {
    const int width = Columns(hint.key) + 1 + Columns(hint.word);
    if (x + width > picture.layout.width) {
      return;
    }
    Hit hit;
    hit.where = {x, y, width, 1};
    hit.kind = Hit::Kind::kKey;
    hit.name = hint.key;
    picture.hits.push_back(std::move(hit));
    x = picture.grid.Put(x, y, hint.key, Theme::Key());
    x = picture.grid.Put(x + 1, y, hint.word, Theme::Dim()) + 2;
  }
}

}  // namespace

void DrawHeader(Picture& picture, const State& state, const Theme& theme) {
  const Rect& place = picture.layout.header;
  if (place.empty()) {
    return;
  }
  const int end = place.width;
  const std::vector<Piece> warnings = Warnings(state);
  const int room = std::max(end - WidthOf(warnings), 0);
  int x = PutPieces(picture, 0, 0, Title(state, theme), room);
  PutPieces(picture, std::max(end - WidthOf(warnings), 0), 0, warnings, end);
  const std::vector<Piece> times = Times(state, theme);
  const face::Counts counts = face::CountNodes(state.shown());
  if (place.height == 1) {
    std::vector<Piece> line = times;
    if (!state.is_idle()) {
      line.push_back({"  ", {}});
      std::ranges::copy(Counts(state, counts, theme, false), std::back_inserter(line));
    }
    PutPieces(picture, x + 2, 0, line, room);
    return;
  }
  if (state.is_idle()) {
    PutPieces(picture, 1, 1, IdlePieces(state, theme), end);
    return;
  }
  const int times_at = end - WidthOf(times) - 1;
  std::vector<Piece> shown = Counts(state, counts, theme, true);
  if (1 + WidthOf(shown) >= times_at) {
    shown = Counts(state, counts, theme, false);
  }
  x = PutPieces(picture, 1, 1, shown, std::max(times_at - 1, 1));
  DrawBar(picture, counts, theme, x + 3, times_at - 2);
  PutPieces(picture, std::max(times_at, x + 1), 1, times, end);
}

void DrawFooter(Picture& picture, const State& state, const Theme& theme) {
  const Rect& place = picture.layout.footer;
  if (place.empty()) {
    return;
  }
  const int y = place.y;
  if (state.mode == Mode::kSearch || state.mode == Mode::kPalette) {
    const std::string_view sign = state.mode == Mode::kSearch ? "/" : ":";
    int x = picture.grid.Put(0, y, sign, Theme::Key());
    x = picture.grid.Put(x, y, state.input);
    picture.grid.Put(x, y, " ", Style{}.With(Style::kReverse));
    return;
  }
  if (state.mode == Mode::kAsk) {
    const std::vector<Hint> answers = Answers(state);
    int room = place.width;
    for (const Hint& answer : answers) {
      room -= Columns(answer.key) + Columns(answer.word) + 3;
    }
    const std::string question = Fitted(QuestionText(state), std::max(room, 8), theme);
    PutHints(picture, answers, picture.grid.Put(0, y, question, Theme::Warning()), y);
    return;
  }
  if (state.toast.has_value() && state.toast->until > state.now_ms) {
    picture.grid.Put(0, y, Fitted(state.toast->text, place.width, theme),
                     state.toast->bad ? Theme::Bad() : Theme::Bold());
    return;
  }
  PutHints(picture, Hints(state), 0, y);
}

void DrawEvents(Picture& picture, const State& state, const Theme& theme) {
  const Rect& place = picture.layout.events;
  if (place.empty()) {
    return;
  }
  const int end = place.x + place.width;
  picture.grid.Fill({place.x, place.y, place.width, 1}, theme.rule(), Theme::Dim());
  picture.grid.Put(place.x + 1, place.y, " events ", Theme::Dim(), end);
  const auto room = static_cast<size_t>(place.height - 1);
  const std::deque<EventLine>& events = state.shown_events();
  const size_t first = events.size() > room ? events.size() - room : 0;
  int y = place.y + 1;
  for (size_t i = first; i < events.size(); ++i, ++y) {
    const EventLine& event = events[i];
    int x = picture.grid.Put(place.x + 1, y, Clock(event.at) + " ", Theme::Dim(), end);
    Style style;
    if (event.status.has_value()) {
      style = Theme::StatusStyle(*event.status);
      x = picture.grid.Put(x, y, theme.Glyph(*event.status), style, end) + 1;
      Hit hit;
      hit.where = {place.x, y, place.width, 1};
      hit.name = event.node;
      picture.hits.push_back(std::move(hit));
    } else if (event.level != model::NoticeLevel::kInfo) {
      style = event.level == model::NoticeLevel::kError ? Theme::Bad() : Theme::Warning();
    }
    picture.grid.Put(x, y, Fitted(event.text, end - x, theme), style, end);
  }
}

}  // namespace odu::terminal
