#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "odu/face/view.h"
#include "odu/face/watcher.h"
#include "odu/terminal/log_scan.h"

namespace odu::terminal {

/// What has the keys.
enum class Mode { kBrowse, kHelp, kPalette, kSearch, kAsk, kAttempts };

/// A question that keys answer.
enum class Question { kLeaveRun, kCancelRun, kCancelNode, kStart };

/// A line of the events lane, oldest first in the state.
struct EventLine {
  int64_t at = 0;
  std::optional<model::NodeStatus> status;  ///< a transition of `node`; else a notice
  model::NoticeLevel level = model::NoticeLevel::kInfo;
  std::string node;
  std::string text;
};

/// A place in the log's lines at hand.
struct LogPoint {
  size_t line = 0;
  int column = 0;
  auto operator<=>(const LogPoint&) const = default;
};

/// What the log pane is asked to show; the lines are in a LogDocument.
struct LogPane {
  std::string run_id;
  std::string node;
  int32_t attempt = 0;  ///< 0 = the newest
  bool follow = true;
  bool wrap = false;
  size_t top = 0;     ///< the first line shown, while not following
  uint64_t size = 0;  ///< bytes the log has, as far as is known
  std::string note;   ///< instead of lines: why there are none
  LogPattern pattern;
  std::optional<uint64_t> match;  ///< offset of the line that was found
  std::string progress;           ///< while a search runs
  struct Selection {
    LogPoint from;
    LogPoint to;
  };
  std::optional<Selection> selection;
  bool dragging = false;
};

/// A finished run that is looked at.
struct Past {
  face::View view;
  size_t index = 0;  ///< in `idle.runs`
  std::deque<EventLine> events;
};

/// A line of the attempts' list.
struct AttemptLine {
  int32_t attempt = 0;
  std::optional<model::NodeStatus> status;
  std::string reason;
  std::optional<int64_t> duration_ms;
};

struct Toast {
  std::string text;
  bool bad = false;
  int64_t until = 0;  ///< epoch milliseconds
};

/// Everything the screen is made of. The picture is a function of this, the log's lines and the
/// size, and nothing else.
struct State {
  int64_t now_ms = 0;
  // What is known.
  face::View live;
  face::Idle idle;
  face::View plan;                       ///< the plan of HEAD as a run that has not begun
  bool known = false;                    ///< the first snapshot is there
  std::optional<std::string> link_lost;  ///< why nobody answers; then all here is stale
  int64_t link_lost_at = 0;
  std::optional<Past> past;
  std::deque<EventLine> events;
  // Who looks, and at what.
  bool owns_run = false;
  std::string focus;  ///< a node's name
  bool focus_is_chosen = false;
  std::set<std::string> selected;  ///< nodes of the plan that a start would take; empty = all
  bool zoomed = false;
  Mode mode = Mode::kBrowse;
  std::string input;  ///< what is typed into a search or the palette
  size_t choice = 0;  ///< in a list
  Question question = Question::kLeaveRun;
  std::string question_node;
  std::vector<AttemptLine> attempts;
  LogPane log;
  std::optional<Toast> toast;
  int cancels = 0;  ///< how often the live run was cancelled here

  /// Neither a run nor a past one: the plan is shown.
  bool is_idle() const { return !past.has_value() && !live.run.run_id.has_value(); }
  const face::View& shown() const {
    if (past.has_value()) {
      return past->view;
    }
    return is_idle() ? plan : live;
  }
  /// What happened in the run that is shown.
  const std::deque<EventLine>& shown_events() const {
    return past.has_value() ? past->events : events;
  }
  /// Nodes whose newest status the forge has not confirmed: of what is shown, or of the last run.
  const std::vector<std::string>& owed() const {
    return past.has_value() ? past->view.run.unposted : live.run.unposted;
  }
};

inline constexpr size_t kMaxEvents = 200;

/// Adds an event and lets the oldest go.
void AddEvent(State& state, EventLine event);
/// Shows `text` for some seconds.
void Say(State& state, std::string text, bool bad = false);
/// Ok now, red before on the same commit.
bool IsFlaky(const face::View& view, std::string_view node);
/// The plan as nodes that wait.
face::View PlanView(const model::PlannedPipeline& pipeline);

/// The nodes of a view by recipe and platform.
struct Matrix {
  struct Row {
    std::string_view recipe;
    std::vector<const model::Node*> cells;  ///< by platform, null where it does not run
  };
  std::vector<std::string_view> platforms;
  std::vector<Row> rows;

  struct Place {
    size_t row = 0;
    size_t column = 0;
  };
  /// Where the node is; nothing when it is not there.
  std::optional<Place> Find(std::string_view node) const;
};
/// Refers to the view.
Matrix MatrixOf(const face::View& view);

/// While nobody has chosen: what runs or is red draws the focus. Also when the focus has gone.
void SettleFocus(State& state);

}  // namespace odu::terminal
