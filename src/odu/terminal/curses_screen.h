#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "odu/terminal/grid.h"
#include "os/environment.h"

namespace odu::terminal {

/// What a terminal can do, as its environment says.
struct Abilities {
  std::string name;  ///< TERM
  ColourDepth depth = ColourDepth::k16;
  bool utf8 = false;
  bool far = false;  ///< at the other end of an ssh
};

/// Of the terminal that `environment` describes: NO_COLOR, COLORTERM, TERM, LC_ALL, LC_CTYPE, LANG,
/// SSH_CONNECTION.
Abilities AbilitiesOf(const os::Environment& environment);

/// Makes the process count characters as a UTF-8 terminal does (LC_CTYPE); false where it cannot.
bool UseUtf8();

/// The screen as ncurses draws it: Paint() gives the bytes that turn what the terminal shows into
/// the next grid, as few as ncurses finds. Nothing is written here, and no signal is handled. One
/// at a time in a process: ncurses has only one.
class CursesScreen {
 public:
  /// kHost "no_terminal" when not even a plain terminal can be made of it.
  static base::Result<std::unique_ptr<CursesScreen>> Open(const Abilities& abilities, int width,
                                                          int height);
  ~CursesScreen();
  CursesScreen(const CursesScreen&) = delete;
  CursesScreen& operator=(const CursesScreen&) = delete;

  /// The bytes for `grid`, whose size the screen takes. With `anew` all of it, whatever is there.
  std::string Paint(const Grid& grid, bool anew);
  /// Takes the whole screen, with mouse and paste; the next Paint draws all.
  std::string Enter();
  /// Gives the terminal back as it was found. Also fit for a signal handler to write: it never
  /// changes.
  const std::string& Leave() const;

 private:
  struct State;
  explicit CursesScreen(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace odu::terminal
