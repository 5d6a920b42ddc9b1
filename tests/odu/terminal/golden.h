#pragma once

#include <map>
#include <string>

#include "odu/terminal/grid.h"
#include "support/golden.h"

namespace odu::terminal {

/// A screen as text: its characters, then for every row that has any what its cells look like, a
/// letter for each style and what the letters mean.
inline std::string Shown(const Grid& grid) {
  const auto name_of = [](const Style& style) {
    std::string name;
    const auto colour = [&](const char* what, Colour value) {
      if (value.is_rgb()) {
        name += std::string(" ") + what + " rgb";
      } else if (!value.is_default()) {
        name += std::string(" ") + what + " " + std::to_string(value.index());
      }
    };
    colour("fg", style.fg);
    colour("bg", style.bg);
    constexpr const char* kNames[] = {"bold", "dim", "italic", "underline", "reverse", "strike"};
    for (size_t bit = 0; bit < std::size(kNames); ++bit) {
      if ((style.attributes >> bit & 1) != 0) {
        name += std::string(" ") + kNames[bit];
      }
    }
    return name;
  };
  std::map<std::string, char> letters;
  std::string text;
  std::string styles;
  const std::string edge = "+" + std::string(static_cast<size_t>(grid.width()), '-') + "+\n";
  for (int y = 0; y < grid.height(); ++y) {
    std::string row;
    std::string looks;
    for (int x = 0; x < grid.width(); ++x) {
      row += grid.at(x, y).text();
      const std::string name = name_of(grid.at(x, y).style);
      if (name.empty()) {
        looks += ' ';
        continue;
      }
      const auto found = letters.emplace(name, static_cast<char>('a' + letters.size())).first;
      looks += found->second;
    }
    text += "|" + row + "|\n";
    looks.resize(looks.find_last_not_of(' ') + 1);
    if (!looks.empty()) {
      styles += std::to_string(y) + ":" + looks + "\n";
    }
  }
  std::string legend;
  for (const auto& [name, letter] : letters) {
    legend += std::string(1, letter) + " =" + name + "\n";
  }
  return edge + text + edge + styles + legend;
}

/// Compares `actual` with tests/golden/terminal/<name>.
inline void ExpectGolden(const std::string& name, const std::string& actual) {
  support::ExpectGolden("terminal/" + name, actual);
}

}  // namespace odu::terminal
