#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "odu/face/console.h"

namespace odu::face {

/// A block of lines at the bottom of a terminal that is drawn again in place; what is printed above
/// it scrolls away as usual. The cursor is hidden while the block stands and shown again by Leave()
/// and by the destructor, whatever happens.
class Screen {
 public:
  explicit Screen(Console& console) : console_(console) {}
  ~Screen() { Leave(); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// Draws `frame` (whole lines, none wider than the terminal) over the last one. Nothing is
  /// written when it is the same.
  void Draw(std::string_view frame);
  /// Prints whole lines above the block, which is drawn again below them.
  void Print(std::string_view lines);
  /// Takes the block away and shows the cursor; the next Draw starts anew.
  void Leave();

  /// The bytes that draw `frame` over a block of `standing` lines; pure.
  static std::string Redraw(std::string_view frame, size_t standing, std::string_view above);

 private:
  Console& console_;
  std::string frame_;
  size_t lines_ = 0;
  bool standing_ = false;
};

}  // namespace odu::face
