#include "odu/face/screen.h"

#include <fmt/format.h>

#include <algorithm>

namespace odu::face {
namespace {

constexpr std::string_view kHideCursor = "\x1b[?25l";
constexpr std::string_view kShowCursor = "\x1b[?25h";
/// A line that is wider than we think must not push the others down.
constexpr std::string_view kNoWrap = "\x1b[?7l";
constexpr std::string_view kWrap = "\x1b[?7h";
constexpr std::string_view kClearBelow = "\x1b[0J";

}  // namespace

std::string Screen::Redraw(std::string_view frame, size_t standing, std::string_view above) {
  std::string bytes;
  if (standing > 0) {
    bytes += fmt::format("\x1b[{}F", standing);
  }
  bytes += kClearBelow;
  bytes += above;
  bytes += kNoWrap;
  bytes += frame;
  bytes += kWrap;
  return bytes;
}

void Screen::Draw(std::string_view frame) {
  if (standing_ && frame == frame_) {
    return;
  }
  std::string bytes(standing_ ? "" : kHideCursor);
  bytes += Redraw(frame, standing_ ? lines_ : 0, "");
  console_.Out(bytes);
  frame_ = frame;
  lines_ = static_cast<size_t>(std::count(frame.begin(), frame.end(), '\n'));
  standing_ = true;
}

void Screen::Print(std::string_view lines) {
  if (!standing_) {
    console_.Out(lines);
    return;
  }
  console_.Out(Redraw(frame_, lines_, lines));
}

void Screen::Leave() {
  if (!standing_) {
    return;
  }
  std::string bytes;
  if (lines_ > 0) {
    bytes += fmt::format("\x1b[{}F", lines_);
  }
  bytes += kClearBelow;
  bytes += kShowCursor;
  console_.Out(bytes);
  standing_ = false;
}

}  // namespace odu::face
