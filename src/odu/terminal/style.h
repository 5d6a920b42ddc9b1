#pragma once

#include <cstdint>

/// The full-screen face of a run: what it shows, how it is laid out, and the terminal it is on.
namespace odu::terminal {

/// A colour as a program asks for it. A value: the terminal's own, one of its 256, or RGB.
class Colour {
 public:
  constexpr Colour() = default;
  /// 0 to 15 are the terminal's named ones, which its user chose; 16 to 255 are fixed.
  static constexpr Colour Indexed(int index) { return Colour(index); }
  static constexpr Colour Rgb(uint8_t red, uint8_t green, uint8_t blue) {
    return Colour(kRgb | red << 16 | green << 8 | blue);
  }

  constexpr bool is_default() const { return value_ == kDefault; }
  constexpr bool is_rgb() const { return value_ >= kRgb; }
  /// Of one that is not RGB.
  constexpr int index() const { return value_; }
  constexpr int red() const { return value_ >> 16 & 0xff; }
  constexpr int green() const { return value_ >> 8 & 0xff; }
  constexpr int blue() const { return value_ & 0xff; }
  constexpr bool operator==(const Colour&) const = default;

 private:
  static constexpr int32_t kDefault = -1;
  static constexpr int32_t kRgb = 1 << 24;
  constexpr explicit Colour(int32_t value) : value_(value) {}
  int32_t value_ = kDefault;
};

/// What a cell looks like besides its text.
struct Style {
  enum Attribute : uint8_t {
    kBold = 1,
    kDim = 2,
    kItalic = 4,
    kUnderline = 8,
    kReverse = 16,
    kStrike = 32,
  };
  Colour fg;
  Colour bg;
  uint8_t attributes = 0;

  constexpr bool operator==(const Style&) const = default;
  constexpr Style With(uint8_t more) const {
    Style style = *this;
    style.attributes |= more;
    return style;
  }
};

/// How many colours a terminal shows.
enum class ColourDepth { kNone, k16, k256, kTrue };

/// The nearest colour that `depth` has; the default one for kNone.
Colour Reduced(Colour colour, ColourDepth depth);

/// The style as a terminal of that depth shows it: without colours, a background other than the
/// default becomes reverse video, so that what was set apart stays so.
Style Reduced(const Style& style, ColourDepth depth);

}  // namespace odu::terminal
