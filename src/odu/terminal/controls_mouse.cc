#include <utility>

#include "odu/terminal/controls.h"
#include "odu/terminal/focus.h"
#include "odu/terminal/log_moves.h"

namespace odu::terminal {
namespace {

constexpr int kWheelLines = 3;

}  // namespace

std::vector<Effect> Controls::PressMouse(const Key& key) {
  const bool wheel = key.mouse == Key::Mouse::kWheelUp || key.mouse == Key::Mouse::kWheelDown;
  const bool in_list =
      state.mode == Mode::kHelp || state.mode == Mode::kPalette || state.mode == Mode::kAttempts;
  if (wheel && in_list) {
    Key arrow;
    arrow.kind = key.mouse == Key::Mouse::kWheelUp ? Key::Kind::kUp : Key::Kind::kDown;
    return PressList(arrow);
  }
  if (key.mouse == Key::Mouse::kWheelUp) {
    return ScrollLog(state, picture, log, -kWheelLines);
  }
  if (key.mouse == Key::Mouse::kWheelDown) {
    return ScrollLog(state, picture, log, kWheelLines);
  }
  if (key.mouse == Key::Mouse::kPress) {
    state.log.selection.reset();
    state.log.dragging = false;
    for (auto hit = picture.hits.rbegin(); hit != picture.hits.rend(); ++hit) {
      // Under a list or a question nothing else can be clicked.
      const bool is_over = hit->kind == Hit::Kind::kChoice || hit->kind == Hit::Kind::kKey;
      if (hit->where.Holds(key.x, key.y) && (is_over || state.mode == Mode::kBrowse)) {
        return Click(*hit);
      }
    }
    if (in_list) {
      state.mode = Mode::kBrowse;  // beside it
      return {};
    }
    if (const auto point = LogPointAt(state, picture, log, key, false);
        point.has_value() && state.mode == Mode::kBrowse) {
      state.log.selection = LogPane::Selection{*point, *point};
      state.log.dragging = true;
      // What is selected must stay where it is.
      state.log.top = picture.log_top;
      state.log.follow = false;
    }
    return {};
  }
  if (key.mouse == Key::Mouse::kDrag && state.log.dragging && state.log.selection.has_value()) {
    if (const auto point = LogPointAt(state, picture, log, key, true)) {
      state.log.selection->to = *point;
    }
    return {};
  }
  if (key.mouse == Key::Mouse::kRelease && std::exchange(state.log.dragging, false)) {
    if (state.log.selection.has_value() && state.log.selection->from == state.log.selection->to) {
      state.log.selection.reset();
    } else {
      Say(state, "selected: y copies it");
    }
  }
  return {};
}

std::vector<Effect> Controls::Click(const Hit& hit) {
  switch (hit.kind) {
    case Hit::Kind::kNode:
      if (state.mode == Mode::kBrowse) {
        if (state.is_idle() && state.focus == hit.name) {
          Select();
        }
        FocusOn(state, hit.name);
      }
      return {};
    case Hit::Kind::kKey: {
      Key key;
      if (hit.name == "Enter") {
        key.kind = Key::Kind::kEnter;
      } else if (hit.name == "Esc") {
        key.kind = Key::Kind::kEscape;
      } else {
        key.kind = Key::Kind::kCharacter;
        key.text = hit.name == "Space" ? " " : hit.name;
      }
      return Press(key);
    }
    case Hit::Kind::kRun: {
      Effect effect = EffectOf(Effect::Kind::kOpenRun);
      effect.index = hit.index;
      return {effect};
    }
    case Hit::Kind::kChoice:
      return Choose(hit.index);
  }
  return {};
}

}  // namespace odu::terminal
