#include "odu/terminal/style.h"

#include <array>
#include <cstdlib>

namespace odu::terminal {
namespace {

struct Shade {
  int red;
  int green;
  int blue;
};

constexpr int kCubeSide = 6;
constexpr int kFirstCube = 16;
constexpr int kFirstGrey = 232;
constexpr int kGreys = 24;

/// The steps of xterm's colour cube.
constexpr std::array<int, kCubeSide> kSteps{0, 95, 135, 175, 215, 255};
/// What the named colours look like where nobody chose others.
constexpr std::array<Shade, 16> kNamed{{{0, 0, 0},
                                        {205, 0, 0},
                                        {0, 205, 0},
                                        {205, 205, 0},
                                        {0, 0, 238},
                                        {205, 0, 205},
                                        {0, 205, 205},
                                        {229, 229, 229},
                                        {127, 127, 127},
                                        {255, 0, 0},
                                        {0, 255, 0},
                                        {255, 255, 0},
                                        {92, 92, 255},
                                        {255, 0, 255},
                                        {0, 255, 255},
                                        {255, 255, 255}}};

int Distance(const Shade& a, const Shade& b) {
  const int red = a.red - b.red;
  const int green = a.green - b.green;
  const int blue = a.blue - b.blue;
  return red * red + green * green + blue * blue;
}

Shade ShadeOf(Colour colour) {
  if (colour.is_rgb()) {
    return {colour.red(), colour.green(), colour.blue()};
  }
  const int index = colour.index();
  if (index < kFirstCube) {
    return kNamed[static_cast<size_t>(index)];
  }
  if (index >= kFirstGrey) {
    const int level = 8 + 10 * (index - kFirstGrey);
    return {level, level, level};
  }
  const int place = index - kFirstCube;
  return {kSteps[static_cast<size_t>(place / 36)], kSteps[static_cast<size_t>(place / 6 % 6)],
          kSteps[static_cast<size_t>(place % 6)]};
}

int NearestStep(int value) {
  int best = 0;
  for (int i = 1; i < kCubeSide; ++i) {
    if (std::abs(kSteps[static_cast<size_t>(i)] - value) <
        std::abs(kSteps[static_cast<size_t>(best)] - value)) {
      best = i;
    }
  }
  return best;
}

Colour Nearest256(const Shade& shade) {
  const int cube = kFirstCube + 36 * NearestStep(shade.red) + 6 * NearestStep(shade.green) +
                   NearestStep(shade.blue);
  const int mean = (shade.red + shade.green + shade.blue) / 3;
  const int step = mean < 8 ? 0 : (mean - 8 + 5) / 10;
  const int grey = kFirstGrey + (step < kGreys ? step : kGreys - 1);
  const bool is_grey = Distance(ShadeOf(Colour::Indexed(grey)), shade) <
                       Distance(ShadeOf(Colour::Indexed(cube)), shade);
  return Colour::Indexed(is_grey ? grey : cube);
}

Colour Nearest16(const Shade& shade) {
  int best = 0;
  for (int i = 1; i < kFirstCube; ++i) {
    if (Distance(kNamed[static_cast<size_t>(i)], shade) <
        Distance(kNamed[static_cast<size_t>(best)], shade)) {
      best = i;
    }
  }
  return Colour::Indexed(best);
}

}  // namespace

Colour Reduced(Colour colour, ColourDepth depth) {
  if (colour.is_default() || depth == ColourDepth::kTrue) {
    return colour;
  }
  switch (depth) {
    case ColourDepth::kNone:
      return {};
    case ColourDepth::k16:
      return !colour.is_rgb() && colour.index() < kFirstCube ? colour : Nearest16(ShadeOf(colour));
    case ColourDepth::k256:
      return colour.is_rgb() ? Nearest256(ShadeOf(colour)) : colour;
    case ColourDepth::kTrue:
      break;
  }
  return colour;
}

Style Reduced(const Style& style, ColourDepth depth) {
  Style reduced = style;
  reduced.fg = Reduced(style.fg, depth);
  reduced.bg = Reduced(style.bg, depth);
  if (depth == ColourDepth::kNone && !style.bg.is_default()) {
    reduced.attributes |= Style::kReverse;
  }
  return reduced;
}

}  // namespace odu::terminal
