#include "odu/terminal/controls.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "odu/terminal/focus.h"
#include "odu/terminal/log_moves.h"

namespace odu::terminal {
namespace {

/// Lines kept in view when a page is turned.
constexpr int kOverlap = 2;

}  // namespace

std::vector<Effect> Controls::Press(const Key& key) {
  if (key.kind == Key::Kind::kMouse) {
    return PressMouse(key);
  }
  if (key.alt && key.kind == Key::Kind::kCharacter) {
    // Nothing here is asked for with Alt: it was the Escape key, and another soon after.
    Key escape;
    escape.kind = Key::Kind::kEscape;
    Effects effects = Press(escape);
    Key after = key;
    after.alt = false;
    std::ranges::move(Press(after), std::back_inserter(effects));
    return effects;
  }
  switch (state.mode) {
    case Mode::kAsk:
      return PressAsk(key);
    case Mode::kSearch:
      return PressText(key);
    case Mode::kPalette:
    case Mode::kAttempts:
    case Mode::kHelp:
      return PressList(key);
    case Mode::kBrowse:
      break;
  }
  if (key.kind == Key::Kind::kEscape) {
    state.log.selection.reset();
    state.log.pattern = LogPattern();
    state.log.match.reset();
    state.toast.reset();
    if (!state.log.progress.empty()) {
      return {EffectOf(Effect::Kind::kSearch)};  // an empty pattern ends the search
    }
    return {};
  }
  const bool is_digit = key.kind == Key::Kind::kCharacter && !key.ctrl && !key.alt &&
                        key.text.size() == 1 && key.text[0] >= '1' && key.text[0] <= '9';
  if (is_digit) {
    FocusRow(state, picture.layout.matrix.height, key.text[0] - '1');
    return {};
  }
  const std::optional<Action> action = ActionOf(key);
  return action.has_value() ? Do(*action) : Effects();
}

std::vector<Effect> Controls::Do(Action action) {
  const bool has_node = state.shown().nodes.contains(state.focus);
  const bool needs_node = action == Action::kAttempts || action == Action::kRerun ||
                          action == Action::kCancel || action == Action::kCancelLane ||
                          action == Action::kShell;
  if (needs_node && (!has_node || state.is_idle())) {
    Say(state, state.is_idle() ? "nothing runs here: s starts a run" : "no node is chosen");
    return {};
  }
  Effect effect;
  switch (action) {
    case Action::kLeft:
      MoveFocus(state, 0, -1);
      return {};
    case Action::kRight:
      MoveFocus(state, 0, 1);
      return {};
    case Action::kUp:
      MoveFocus(state, -1, 0);
      return {};
    case Action::kDown:
      MoveFocus(state, 1, 0);
      return {};
    case Action::kNext:
      NextFocus(state, 1);
      return {};
    case Action::kPrevious:
      NextFocus(state, -1);
      return {};
    case Action::kZoom:
      if (state.is_idle()) {
        return Start("");
      }
      state.zoomed = !state.zoomed;
      return {};
    case Action::kAttempts:
      state.mode = Mode::kAttempts;
      state.choice = 0;
      state.attempts.clear();
      effect = EffectOf(Effect::Kind::kLoadAttempts);
      effect.text = state.focus;
      return {effect};
    case Action::kHelp:
      state.mode = Mode::kHelp;
      state.choice = 0;
      return {};
    case Action::kPalette:
      state.mode = Mode::kPalette;
      state.input.clear();
      state.choice = 0;
      return {};
    case Action::kRerun:
      effect = EffectOf(Effect::Kind::kRerun);
      effect.names = {state.focus};
      return Acting(std::move(effect));
    case Action::kRerunRed:
      effect = EffectOf(Effect::Kind::kRerun);
      for (const model::Node* node : face::Ordered(state.shown())) {
        if (model::IsRed(node->status)) {
          effect.names.push_back(node->name);
        }
      }
      if (effect.names.empty()) {
        Say(state, "no node is red");
        return {};
      }
      return Acting(std::move(effect));
    case Action::kCancel:
      if (state.past.has_value()) {
        return Acting(EffectOf(Effect::Kind::kCancelNodes));
      }
      state.mode = Mode::kAsk;
      state.question = Question::kCancelNode;
      state.question_node = state.focus;
      return {};
    case Action::kCancelLane: {
      effect = EffectOf(Effect::Kind::kCancelLane);
      effect.text = state.shown().nodes.at(state.focus).platform;
      return Acting(std::move(effect));
    }
    case Action::kCancelRun:
      if (state.is_idle() || state.past.has_value()) {
        return Acting(EffectOf(Effect::Kind::kCancelRun));
      }
      state.mode = Mode::kAsk;
      state.question = Question::kCancelRun;
      return {};
    case Action::kShell:
      effect = EffectOf(Effect::Kind::kShell);
      effect.text = state.focus;
      return {effect};
    case Action::kFollow:
      state.log.follow = !state.log.follow;
      if (state.log.follow) {
        return {EffectOf(Effect::Kind::kLogEnd)};
      }
      state.log.top = picture.log_top;
      return {};
    case Action::kPageUp:
      return ScrollLog(state, picture, log, -std::max(picture.layout.log.height - kOverlap, 1));
    case Action::kPageDown:
      return ScrollLog(state, picture, log, std::max(picture.layout.log.height - kOverlap, 1));
    case Action::kTop:
      state.log.follow = false;
      state.log.top = 0;
      return {EffectOf(Effect::Kind::kLogStart)};
    case Action::kBottom:
      state.log.follow = true;
      return {EffectOf(Effect::Kind::kLogEnd)};
    case Action::kSearch:
      if (state.is_idle()) {
        Say(state, "there is no log to search");
        return {};
      }
      state.mode = Mode::kSearch;
      state.input.clear();
      return {};
    case Action::kNextMatch:
    case Action::kPreviousMatch:
      if (state.log.pattern.empty()) {
        Say(state, "nothing was searched for: / does");
        return {};
      }
      return FindInLog(state, picture, log, state.log.pattern, action == Action::kNextMatch);
    case Action::kNextError:
      return FindInLog(state, picture, log, LogPattern::Errors(), true);
    case Action::kWrap:
      state.log.wrap = !state.log.wrap;
      return {};
    case Action::kCopy:
      return CopyLog(state, picture, log);
    case Action::kOlderRun:
      return OtherRun(1);
    case Action::kNewerRun:
      return OtherRun(-1);
    case Action::kSelect:
      Select();
      return {};
    case Action::kStart:
      return Start("");
    case Action::kStartNoPost:
      return Start("--no-post");
    case Action::kStartNoStrict:
      return Start("--no-strict");
    case Action::kRedraw:
      return {EffectOf(Effect::Kind::kRedraw)};
    case Action::kSuspend:
      return {EffectOf(Effect::Kind::kSuspend)};
    case Action::kLeave:
      return Leave();
  }
  return {};
}

std::vector<Effect> Controls::Acting(Effect effect) {
  if (state.past.has_value() || state.is_idle()) {
    Say(state,
        state.is_idle() ? "nothing runs here: s starts a run"
                        : "this run is over: ] goes to what is now",
        true);
    return {};
  }
  if (state.link_lost.has_value()) {
    Say(state, "nobody answers: reconnecting", true);
    return {};
  }
  return {std::move(effect)};
}

std::vector<Effect> Controls::Leave() {
  const model::Run& run = state.live.run;
  const bool runs = run.run_id.has_value() && run.phase != model::RunPhase::kSettled;
  if (!state.owns_run || !runs) {
    return {EffectOf(Effect::Kind::kLeave)};
  }
  if (state.cancels > 0) {
    // It is being cancelled already: more haste, then no more waiting.
    return state.cancels == 1 ? CancelRun() : Effects{EffectOf(Effect::Kind::kLeave)};
  }
  state.mode = Mode::kAsk;
  state.question = Question::kLeaveRun;
  return {};
}

std::vector<Effect> Controls::CancelRun() {
  Effect effect = EffectOf(Effect::Kind::kCancelRun);
  effect.at_once = state.cancels > 0;
  ++state.cancels;
  return {effect};
}

std::vector<Effect> Controls::PressAsk(const Key& key) {
  const Question question = state.question;
  const bool interrupt = key.IsCtrl('c');
  const bool yes = key.Is('y') || key.Is('Y') || key.kind == Key::Kind::kEnter;
  state.mode = Mode::kBrowse;
  if (question == Question::kLeaveRun) {
    if (interrupt || key.Is('c')) {
      return CancelRun();
    }
    if (key.Is('l') || key.Is('q')) {
      return {EffectOf(Effect::Kind::kLeave)};
    }
    return {};
  }
  if (!yes) {
    return interrupt ? Leave() : Effects();
  }
  if (question == Question::kCancelRun) {
    return CancelRun();
  }
  if (question == Question::kCancelNode) {
    Effect effect = EffectOf(Effect::Kind::kCancelNodes);
    effect.names = {state.question_node};
    return Acting(std::move(effect));
  }
  Effect effect = EffectOf(Effect::Kind::kStart);
  effect.names.assign(state.selected.begin(), state.selected.end());
  effect.text = state.input;
  return {effect};
}

std::vector<Effect> Controls::PressText(const Key& key) {
  if (key.kind == Key::Kind::kEscape || key.IsCtrl('c') || key.IsCtrl('d')) {
    state.mode = Mode::kBrowse;
    return {};
  }
  if (key.kind == Key::Kind::kEnter) {
    state.mode = Mode::kBrowse;
    if (state.input.empty()) {
      return {};
    }
    state.log.pattern = LogPattern::Text(state.input);
    state.log.match.reset();
    return FindInLog(state, picture, log, state.log.pattern, true);
  }
  constexpr size_t kMostInput = 200;
  if (key.kind == Key::Kind::kBackspace) {
    while (!state.input.empty()) {
      const bool is_tail = (static_cast<unsigned char>(state.input.back()) & 0xc0U) == 0x80U;
      state.input.pop_back();
      if (!is_tail) {
        break;
      }
    }
  } else if (key.IsCtrl('u')) {
    state.input.clear();
  } else if ((key.kind == Key::Kind::kCharacter && !key.ctrl && !key.alt) ||
             key.kind == Key::Kind::kPaste) {
    if (state.input.size() + key.text.size() <= kMostInput) {
      state.input += key.text;
    }
  }
  return {};
}

std::vector<Effect> Controls::PressList(const Key& key) {
  const bool typing = state.mode == Mode::kPalette;
  const size_t count = typing                          ? PaletteLines(state).size()
                       : state.mode == Mode::kAttempts ? state.attempts.size()
                                                       : Actions().size();
  const bool closes = key.kind == Key::Kind::kEscape || key.IsCtrl('c') || key.IsCtrl('d') ||
                      (!typing && (key.Is('q') || key.Is('?') || key.Is('a')));
  if (closes) {
    state.mode = Mode::kBrowse;
    return {};
  }
  const bool down = key.kind == Key::Kind::kDown || key.kind == Key::Kind::kTab ||
                    (!typing && key.Is('j')) || key.IsCtrl('n');
  const bool up = key.kind == Key::Kind::kUp || key.kind == Key::Kind::kBackTab ||
                  (!typing && key.Is('k')) || key.IsCtrl('p');
  if (down && state.choice + 1 < count) {
    ++state.choice;
  } else if (up && state.choice > 0) {
    --state.choice;
  } else if (key.kind == Key::Kind::kEnter) {
    return Choose(state.choice);
  } else if (typing && !up && !down) {
    state.choice = 0;
    return PressText(key);
  }
  return {};
}

std::vector<Effect> Controls::Choose(size_t index) {
  const Mode mode = std::exchange(state.mode, Mode::kBrowse);
  if (mode == Mode::kPalette) {
    const std::vector<PaletteLine> lines = PaletteLines(state);
    state.input.clear();
    if (index >= lines.size()) {
      return {};
    }
    if (lines[index].action.has_value()) {
      return Do(*lines[index].action);
    }
    FocusOn(state, lines[index].name);
  } else if (mode == Mode::kAttempts && index < state.attempts.size()) {
    const auto node = state.shown().nodes.find(state.focus);
    const int32_t attempt = state.attempts[index].attempt;
    const bool newest = node != state.shown().nodes.end() && node->second.attempt == attempt;
    state.log.attempt = newest ? 0 : attempt;
    state.log.follow = true;
  }
  return {};
}

std::vector<Effect> Controls::Start(std::string_view option) {
  if (!state.is_idle()) {
    Say(state, state.past.has_value() ? "this run is over: ] goes to what is now"
                                      : "a run is in progress");
    return {};
  }
  if (state.plan.nodes.empty()) {
    Say(state, "there is no plan to start", true);
    return {};
  }
  state.mode = Mode::kAsk;
  state.question = Question::kStart;
  state.input = option;
  return {};
}

std::vector<Effect> Controls::OtherRun(int step) {
  // The newest of the list may be the one that is shown as what is now.
  const size_t first = !state.is_idle() && !state.past.has_value() && !state.idle.runs.empty() &&
                               state.idle.runs.front().run_id == state.live.run.run_id
                           ? 1
                           : 0;
  if (step > 0) {
    const size_t index = state.past.has_value() ? state.past->index + 1 : first;
    if (index >= state.idle.runs.size()) {
      Say(state, "there is no older run at hand");
      return {};
    }
    Effect effect = EffectOf(Effect::Kind::kOpenRun);
    effect.index = index;
    return {effect};
  }
  if (!state.past.has_value()) {
    Say(state, "this is the newest");
    return {};
  }
  const bool live_is_first = state.live.run.run_id.has_value() && !state.idle.runs.empty() &&
                             state.idle.runs.front().run_id == *state.live.run.run_id;
  if (state.past->index <= (live_is_first ? 1U : 0U)) {
    state.past.reset();
    state.focus_is_chosen = false;
    SettleFocus(state);
    return {};
  }
  Effect effect = EffectOf(Effect::Kind::kOpenRun);
  effect.index = state.past->index - 1;
  return {effect};
}

void Controls::Select() {
  if (!state.is_idle()) {
    return;
  }
  if (!state.selected.erase(state.focus) && state.plan.nodes.contains(state.focus)) {
    state.selected.insert(state.focus);
  }
}

}  // namespace odu::terminal
