#include "odu/terminal/curses_screen.h"

#define NCURSES_NOMACROS 1
#define NCURSES_WIDECHAR 1
#include <fcntl.h>
#include <ncurses.h>
#include <sys/mman.h>
#include <term.h>
#include <unistd.h>

#include <array>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cwchar>
#include <map>
#include <optional>
#include <utility>

#include "base/utf8.h"
#include "odu/terminal/direct_terminfo.h"
#include "os/fd.h"

namespace odu::terminal {
namespace {

/// Presses, drags and the wheel, as numbers that no column is too large for; pasted text marked.
constexpr std::string_view kInputOn = "\x1b[?1000h\x1b[?1002h\x1b[?1006h\x1b[?2004h";
constexpr std::string_view kInputOff = "\x1b[?2004l\x1b[?1006l\x1b[?1002l\x1b[?1000l";
/// A line stays a line, whatever a terminal thinks of the width of its characters, and stays in the
/// order in which it is written, whatever their script (VTE and others turn lines around).
constexpr std::string_view kNoWrap = "\x1b[?7l";
constexpr std::string_view kWrap = "\x1b[?7h";
constexpr std::string_view kAsWritten = "\x1b[8l";
/// Every terminal that has a cursor to address understands these.
constexpr std::string_view kPlainAgain = "\x1b[m\x1b[8h\x1b[?7h\x1b[?25h";

struct FileCloser {
  void operator()(FILE* file) const { static_cast<void>(fclose(file)); }
};
using File = std::unique_ptr<FILE, FileCloser>;

/// A value of the environment for as long as ncurses looks.
class Lent {
 public:
  Lent(const char* name, const std::string& value) : name_(name) {
    if (const char* was = getenv(name)) {
      was_ = was;
    }
    setenv(name, value.c_str(), 1);
  }
  ~Lent() { was_.has_value() ? setenv(name_, was_->c_str(), 1) : unsetenv(name_); }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;

 private:
  const char* name_;
  std::optional<std::string> was_;
};

attr_t AttributesOf(const Style& style) {
  attr_t attributes = A_NORMAL;
  const auto add = [&](Style::Attribute ours, attr_t theirs) {
    if ((style.attributes & ours) != 0) {
      attributes |= theirs;
    }
  };
  add(Style::kBold, A_BOLD);
  add(Style::kDim, A_DIM);
  add(Style::kItalic, A_ITALIC);
  add(Style::kUnderline, A_UNDERLINE);
  add(Style::kReverse, A_REVERSE);
  return attributes;
}

int NumberOf(Colour colour) {
  if (colour.is_default()) {
    return -1;
  }
  if (!colour.is_rgb()) {
    return colour.index();
  }
  constexpr int kNamed = 256;
  const int value = colour.red() << 16 | colour.green() << 8 | colour.blue();
  // The first numbers name the terminal's own colours; a blue that dark looks like the next one.
  return std::max(value, kNamed);
}

}  // namespace

struct CursesScreen::State {
  os::Fd memory;
  File output;
  File input;
  SCREEN* screen = nullptr;
  ColourDepth depth = ColourDepth::k16;
  bool utf8 = false;
  bool no_wrap = false;  ///< ncurses does without its wrapping at the right edge
  std::string leave;
  Grid shown;
  std::map<std::pair<int, int>, int> pairs;  ///< by foreground and background
  bool fresh = true;

  /// What ncurses has written since the last call.
  std::string Written() const {
    static_cast<void>(fflush(output.get()));
    std::string bytes;
    const off_t size = lseek(memory.get(), 0, SEEK_END);
    if (size > 0) {
      bytes.resize(static_cast<size_t>(size));
      const auto read = os::ReadAt(memory.get(), 0, bytes);
      bytes.resize(read.value_or(0));
    }
    static_cast<void>(ftruncate(memory.get(), 0));
    lseek(memory.get(), 0, SEEK_SET);
    return bytes;
  }

  /// ncurses' number of the two colours; its own allocator gives up when all are taken.
  int PairOf(const Style& style) {
    const std::pair colours{NumberOf(style.fg), NumberOf(style.bg)};
    if (depth == ColourDepth::kNone || colours == std::pair{-1, -1}) {
      return 0;
    }
    const auto known = pairs.find(colours);
    if (known != pairs.end()) {
      return known->second;
    }
    const int pair = static_cast<int>(pairs.size()) + 1;
    if (pair >= COLOR_PAIRS || init_extended_pair(pair, colours.first, colours.second) != OK) {
      return 0;
    }
    pairs.emplace(colours, pair);
    return pair;
  }

  void PutCell(int x, int y, const Cell& cell) {
    Style style = Reduced(cell.style, depth);
    constexpr int kBasic = 8;
    if (!style.fg.is_default() && !style.fg.is_rgb() && style.fg.index() >= COLORS &&
        style.fg.index() < 2 * kBasic) {
      // Eight colours, of which bold makes sixteen.
      style.fg = Colour::Indexed(style.fg.index() - kBasic);
      style.attributes |= Style::kBold;
    }
    if (!style.bg.is_default() && !style.bg.is_rgb() && style.bg.index() >= COLORS &&
        style.bg.index() < 2 * kBasic) {
      style.bg = Colour::Indexed(style.bg.index() - kBasic);
    }
    // One character and a few that combine with it.
    std::array<wchar_t, CCHARW_MAX + 1> characters{};
    size_t count = 0;
    for (size_t at = 0; at < cell.length && count < CCHARW_MAX;) {
      const base::Utf8Character character = base::Utf8At(cell.text(), at);
      if (character.length == 0) {
        break;
      }
      characters[count++] = static_cast<wchar_t>(character.value);
      at += character.length;
    }
    if (count == 0 || (!utf8 && (count > 1 || characters[0] >= 0x80)) ||
        (count > 0 && std::max(wcwidth(characters[0]), 1) != cell.width)) {
      characters = {L'?'};
    }
    int pair = PairOf(style);
    cchar_t complex{};
    setcchar(&complex, characters.data(), AttributesOf(style), 0, &pair);
    mvwadd_wch(stdscr, y, x, &complex);
  }
};

Abilities AbilitiesOf(const os::Environment& environment) {
  Abilities abilities;
  abilities.name = environment.Get("TERM").value_or("");
  for (const std::string_view name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view value = environment.Get(name).value_or("");
    if (value.empty()) {
      continue;
    }
    for (const std::string_view word : {"UTF-8", "utf-8", "UTF8", "utf8"}) {
      abilities.utf8 = abilities.utf8 || value.find(word) != std::string_view::npos;
    }
    break;
  }
  abilities.far = environment.Get("SSH_CONNECTION").has_value();
  const std::string_view colours = environment.Get("COLORTERM").value_or("");
  if (environment.Get("NO_COLOR").has_value()) {
    abilities.depth = ColourDepth::kNone;
  } else if (colours == "truecolor" || colours == "24bit" || abilities.name.ends_with("-direct")) {
    abilities.depth = ColourDepth::kTrue;
  } else if (abilities.name.find("256") != std::string::npos) {
    abilities.depth = ColourDepth::k256;
  }
  return abilities;
}

bool UseUtf8() {
  for (const char* locale : {"", "C.UTF-8", "en_US.UTF-8"}) {
    if (setlocale(LC_CTYPE, locale) != nullptr && wcwidth(L'\u2714') == 1 &&
        wcwidth(L'\u6f22') == 2) {
      return true;
    }
  }
  return false;
}

base::Result<std::unique_ptr<CursesScreen>> CursesScreen::Open(const Abilities& abilities,
                                                               int width, int height) {
  auto state = std::make_unique<State>();
  state->memory.Reset(memfd_create("screen", MFD_CLOEXEC));
  if (!state->memory.valid()) {
    return base::Pass(base::SystemError("making a screen", errno));
  }
  auto written = state->memory.Duplicate();
  if (!written) {
    return base::Pass(written.error());
  }
  state->output.reset(fdopen(written->Release(), "w+e"));
  state->input.reset(fopen("/dev/null", "re"));
  if (!state->output || !state->input) {
    return base::Pass(base::SystemError("making a screen", errno));
  }
  state->depth = abilities.depth;
  state->utf8 = abilities.utf8;
  use_env(FALSE);
  use_tioctl(FALSE);
  const auto as_direct = [&] {
    const Lent terminfo("TERMINFO", std::string(kDirectTerminfo));
    return newterm(std::string(kDirectName).c_str(), state->output.get(), state->input.get());
  };
  if (abilities.depth == ColourDepth::kTrue) {
    state->screen = as_direct();
  } else {
    // Asked first: newterm keeps what it had made for a terminal that it then does not know.
    int known = 0;
    const bool usable =
        setupterm(abilities.name.c_str(), fileno(state->output.get()), &known) == OK;
    if (usable) {
      del_curterm(cur_term);
    }
    state->screen =
        usable ? newterm(abilities.name.c_str(), state->output.get(), state->input.get()) : nullptr;
    if (state->screen == nullptr) {
      state->screen = as_direct();
    }
  }
  if (state->screen == nullptr) {
    return base::Fail(base::ErrorKind::kHost, "no_terminal", "this terminal cannot be drawn on");
  }
  if (start_color() != OK || use_default_colors() != OK) {
    state->depth = ColourDepth::kNone;
  } else if (state->depth == ColourDepth::k256 && COLORS < 256) {
    state->depth = ColourDepth::k16;
  } else if (state->depth == ColourDepth::k16 && COLORS < 16) {
    state->depth = COLORS < 8 ? ColourDepth::kNone : ColourDepth::k16;
  }
  // With this one ncurses says after a line's last column where it goes next.
  state->no_wrap = tigetflag("xenl") == 1;
  curs_set(0);
  leaveok(stdscr, TRUE);
  idlok(stdscr, TRUE);
  resizeterm(height, width);
  // What gives the terminal back is needed in a signal handler: it is made now.
  wrefresh(stdscr);
  static_cast<void>(state->Written());
  endwin();
  state->leave = std::string(kInputOff) + state->Written() + std::string(kPlainAgain);
  return std::unique_ptr<CursesScreen>(new CursesScreen(std::move(state)));
}

CursesScreen::CursesScreen(std::unique_ptr<State> state) : state_(std::move(state)) {}

CursesScreen::~CursesScreen() {
  delscreen(state_->screen);
}

std::string CursesScreen::Enter() {
  // After endwin() the next refresh enters again and draws all.
  endwin();
  static_cast<void>(state_->Written());
  state_->fresh = true;
  std::string bytes(kAsWritten);
  bytes += state_->no_wrap ? kNoWrap : "";
  bytes += kInputOn;
  return bytes;
}

const std::string& CursesScreen::Leave() const {
  return state_->leave;
}

std::string CursesScreen::Paint(const Grid& grid, bool anew) {
  State& state = *state_;
  if (grid.width() != state.shown.width() || grid.height() != state.shown.height()) {
    resizeterm(std::max(grid.height(), 1), std::max(grid.width(), 1));
    anew = true;
  }
  // A screen of colours that were never there before must find numbers for them.
  if (static_cast<int>(state.pairs.size()) > COLOR_PAIRS / 2) {
    state.pairs.clear();
    reset_color_pairs();
    anew = true;
  }
  if (anew || state.fresh) {
    clearok(curscr, TRUE);
    werase(stdscr);
    state.shown = Grid(grid.width(), grid.height());
  }
  for (int y = 0; y < grid.height(); ++y) {
    for (int x = 0; x < grid.width(); ++x) {
      const Cell& cell = grid.at(x, y);
      const bool is_half = cell.width == 0;
      if (is_half || (!anew && !state.fresh && cell == state.shown.at(x, y))) {
        continue;
      }
      state.PutCell(x, y, cell);
    }
  }
  state.shown = grid;
  state.fresh = false;
  wrefresh(stdscr);
  std::string bytes = state.Written();
  if (state.no_wrap && bytes.find(kWrap) != std::string::npos) {
    bytes += kNoWrap;  // ncurses turns it on after the last cell of the screen
  }
  return bytes;
}

}  // namespace odu::terminal
