#include "odu/terminal/action.h"

#include <algorithm>
#include <array>

namespace odu::terminal {
namespace {

constexpr std::array kActions{
    ActionInfo{Action::kLeft, "h j k l", "", "move between cells, as the arrows do"},
    ActionInfo{Action::kNext, "Tab 1-9", "", "the next cell that wants a look; a row"},
    ActionInfo{Action::kZoom, "Enter", "zoom", "the log alone, and back"},
    ActionInfo{Action::kAttempts, "a", "attempts", "the attempts of the node"},
    ActionInfo{Action::kRerun, "r", "rerun", "run the node and what needs it again"},
    ActionInfo{Action::kRerunRed, "R", "rerun red", "run every red node again"},
    ActionInfo{Action::kCancel, "c", "cancel node", "cancel the node"},
    ActionInfo{Action::kCancelLane, "", "cancel lane", "cancel all of the node's platform"},
    ActionInfo{Action::kCancelRun, "C", "cancel run", "cancel the run"},
    ActionInfo{Action::kShell, "x", "shell", "a shell in the node's work tree"},
    ActionInfo{Action::kFollow, "f", "follow", "follow the log's end, or stay"},
    ActionInfo{Action::kPageUp, "PgUp PgDn", "", "scroll the log"},
    ActionInfo{Action::kTop, "g G", "top", "the log's first and last lines"},
    ActionInfo{Action::kBottom, "", "bottom", "the log's last lines"},
    ActionInfo{Action::kSearch, "/", "search", "search the log"},
    ActionInfo{Action::kNextMatch, "n N", "next match", "the next and the last match"},
    ActionInfo{Action::kPreviousMatch, "", "previous match", "the match before"},
    ActionInfo{Action::kNextError, "e", "next error", "the next line that reads like an error"},
    ActionInfo{Action::kWrap, "w", "wrap", "wrap long lines, or cut them"},
    ActionInfo{Action::kCopy, "y", "copy", "copy what is selected, or the lines shown"},
    ActionInfo{Action::kOlderRun, "[ ]", "older run", "an older and a newer run"},
    ActionInfo{Action::kNewerRun, "", "newer run", "a newer run, at last what is now"},
    ActionInfo{Action::kSelect, "Space", "select", "with nothing running: take the node, or not"},
    ActionInfo{Action::kStart, "s", "start", "with nothing running: start what is selected"},
    ActionInfo{Action::kStartNoPost, "", "start --no-post", "start; no statuses are posted"},
    ActionInfo{Action::kStartNoStrict, "", "start --no-strict", "start in the work tree as it is"},
    ActionInfo{Action::kPalette, ":", "", "every command by its name; nodes too"},
    ActionInfo{Action::kHelp, "?", "help", "this"},
    ActionInfo{Action::kRedraw, "^L", "redraw", "draw the screen anew"},
    ActionInfo{Action::kSuspend, "^Z", "", "stop this process, until 'fg'"},
    ActionInfo{Action::kLeave, "q ^C", "quit", "leave"},
};

std::string Lowered(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return lowered;
}

std::optional<Action> OfCharacter(char character) {
  switch (character) {
    case 'h':
      return Action::kLeft;
    case 'j':
      return Action::kDown;
    case 'k':
      return Action::kUp;
    case 'l':
      return Action::kRight;
    case 'a':
      return Action::kAttempts;
    case '?':
      return Action::kHelp;
    case ':':
      return Action::kPalette;
    case 'r':
      return Action::kRerun;
    case 'R':
      return Action::kRerunRed;
    case 'c':
      return Action::kCancel;
    case 'C':
      return Action::kCancelRun;
    case 'x':
      return Action::kShell;
    case 'f':
      return Action::kFollow;
    case 'g':
      return Action::kTop;
    case 'G':
      return Action::kBottom;
    case '/':
      return Action::kSearch;
    case 'n':
      return Action::kNextMatch;
    case 'N':
      return Action::kPreviousMatch;
    case 'w':
      return Action::kWrap;
    case 'y':
      return Action::kCopy;
    case 'e':
      return Action::kNextError;
    case '[':
      return Action::kOlderRun;
    case ']':
      return Action::kNewerRun;
    case ' ':
      return Action::kSelect;
    case 's':
      return Action::kStart;
    case 'q':
    case 'Q':
      return Action::kLeave;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::span<const ActionInfo> Actions() {
  return kActions;
}

std::optional<Action> ActionOf(const Key& key) {
  switch (key.kind) {
    case Key::Kind::kUp:
      return Action::kUp;
    case Key::Kind::kDown:
      return Action::kDown;
    case Key::Kind::kLeft:
      return Action::kLeft;
    case Key::Kind::kRight:
      return Action::kRight;
    case Key::Kind::kTab:
      return Action::kNext;
    case Key::Kind::kBackTab:
      return Action::kPrevious;
    case Key::Kind::kEnter:
      return Action::kZoom;
    case Key::Kind::kPageUp:
      return Action::kPageUp;
    case Key::Kind::kPageDown:
      return Action::kPageDown;
    case Key::Kind::kHome:
      return Action::kTop;
    case Key::Kind::kEnd:
      return Action::kBottom;
    default:
      break;
  }
  if (key.IsCtrl('c') || key.IsCtrl('d')) {
    return Action::kLeave;
  }
  if (key.IsCtrl('l')) {
    return Action::kRedraw;
  }
  if (key.IsCtrl('z')) {
    return Action::kSuspend;
  }
  const bool plain = key.kind == Key::Kind::kCharacter && !key.ctrl && !key.alt;
  return plain && key.text.size() == 1 ? OfCharacter(key.text[0]) : std::nullopt;
}

std::vector<PaletteLine> PaletteLines(const State& state) {
  std::vector<PaletteLine> lines;
  const std::string typed = Lowered(state.input);
  const auto fits = [&](std::string_view name) {
    return Lowered(name).find(typed) != std::string::npos;
  };
  for (const ActionInfo& info : kActions) {
    if (!info.name.empty() && fits(info.name)) {
      lines.push_back({info.action, std::string(info.name), info.keys, info.help});
    }
  }
  // What begins with it first.
  std::ranges::stable_partition(
      lines, [&](const PaletteLine& line) { return Lowered(line.name).starts_with(typed); });
  if (!typed.empty()) {
    for (const model::Node* node : face::Ordered(state.shown())) {
      if (fits(node->name)) {
        lines.push_back({std::nullopt, node->name, "", "go to it"});
      }
    }
  }
  return lines;
}

}  // namespace odu::terminal
