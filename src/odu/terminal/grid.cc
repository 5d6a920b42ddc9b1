#include "odu/terminal/grid.h"

#include <cwchar>

#include "base/utf8.h"

namespace odu::terminal {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

/// Takes `text` apart: each call gives a character, U+FFFD for what is none or is not safe.
struct Reader {
  std::string_view text;
  size_t at = 0;

  bool Next(char32_t& value, std::string_view& bytes) {
    if (at >= text.size()) {
      return false;
    }
    const base::Utf8Character character = base::Utf8At(text, at);
    if (character.length == 0) {
      value = U'\ufffd';
      bytes = kReplacement;
      ++at;
      return true;
    }
    value = character.value;
    bytes = text.substr(at, character.length);
    at += character.length;
    if (value == '\t' || value == '\n') {
      value = ' ';
      bytes = " ";
    } else if (!IsSafe(value)) {
      value = U'\ufffd';
      bytes = kReplacement;
    }
    return true;
  }
};

Cell CellOf(std::string_view bytes, int width, const Style& style) {
  Cell cell;
  cell.length = static_cast<uint8_t>(std::min(bytes.size(), Cell::kMaxBytes));
  std::copy_n(bytes.begin(), cell.length, cell.bytes.begin());
  cell.width = static_cast<uint8_t>(width);
  cell.style = style;
  return cell;
}

}  // namespace

bool IsSafe(char32_t character) {
  if (character < 0x20 || (character >= 0x7f && character < 0xa0)) {
    return false;
  }
  const bool turns = character == 0x61c || character == 0x200e || character == 0x200f ||
                     (character >= 0x2028 && character <= 0x202e) ||
                     (character >= 0x2066 && character <= 0x2069) || character == 0xfeff;
  return !turns && character < 0xe0000;
}

bool IsInvisible(char32_t character) {
  return (character >= 0x200b && character <= 0x200d) || character == 0xad ||
         (character >= 0x2060 && character <= 0x2064) ||
         (character >= 0x180b && character <= 0x180e) ||
         (character >= 0xfe00 && character <= 0xfe0f);
}

int Columns(char32_t character) {
  if (character < 0x300) {
    return IsInvisible(character) ? 0 : 1;
  }
  const int columns = wcwidth(static_cast<wchar_t>(character));
  return columns < 0 ? 1 : columns;
}

int Columns(std::string_view text) {
  Reader reader{text};
  char32_t value = 0;
  std::string_view bytes;
  int columns = 0;
  while (reader.Next(value, bytes)) {
    columns += IsInvisible(value) ? 0 : Columns(value);
  }
  return columns;
}

Grid::Grid(int width, int height)
    : width_(std::max(width, 0)),
      height_(std::max(height, 0)),
      cells_(static_cast<size_t>(width_) * static_cast<size_t>(height_)) {}

void Grid::Clear(int x, int y) {
  // Half of a wide character is none.
  Cell& cell = cells_[Index(x, y)];
  if (cell.width == 0 && x > 0) {
    cells_[Index(x - 1, y)] = CellOf(" ", 1, cells_[Index(x - 1, y)].style);
  }
  if (cell.width == 2 && x + 1 < width_) {
    cells_[Index(x + 1, y)] = CellOf(" ", 1, cell.style);
  }
}

void Grid::Put(int x, int y, const Cell& cell, int end) {
  end = std::min(end, width_);
  if (x < 0 || x >= end || y < 0 || y >= height_ || cell.width == 0) {
    return;
  }
  Clear(x, y);
  if (cell.width == 2 && x + 1 >= end) {
    cells_[Index(x, y)] = CellOf(" ", 1, cell.style);
    return;
  }
  if (cell.width == 2) {
    Clear(x + 1, y);
    Cell half;
    half.length = 0;
    half.width = 0;
    half.style = cell.style;
    cells_[Index(x + 1, y)] = half;
  }
  cells_[Index(x, y)] = cell;
}

int Grid::Put(int x, int y, std::string_view text, const Style& style, int end) {
  end = std::min(end, width_);
  if (y < 0 || y >= height_) {
    return x;
  }
  Reader reader{text};
  char32_t value = 0;
  std::string_view bytes;
  int last = -1;
  while (reader.Next(value, bytes)) {
    const int columns = Columns(value);
    if (IsInvisible(value)) {
      continue;
    }
    if (columns == 0) {
      Cell* before = last >= 0 ? &cells_[Index(last, y)] : nullptr;
      if (before != nullptr && before->length + bytes.size() <= Cell::kMaxBytes) {
        std::copy(bytes.begin(), bytes.end(), before->bytes.begin() + before->length);
        before->length = static_cast<uint8_t>(before->length + bytes.size());
      }
      continue;
    }
    if (x + columns > end) {
      break;
    }
    Put(x, y, CellOf(bytes, columns, style), end);
    last = x >= 0 ? x : -1;
    x += columns;
  }
  return x;
}

void Grid::Fill(const Rect& rect, std::string_view character, const Style& style) {
  const Cell cell = CellOf(character, 1, style);
  for (int y = std::max(rect.y, 0); y < std::min(rect.y + rect.height, height_); ++y) {
    for (int x = std::max(rect.x, 0); x < std::min(rect.x + rect.width, width_); ++x) {
      Put(x, y, cell, width_);
    }
  }
}

std::string Grid::Text() const {
  std::string all;
  for (int y = 0; y < height_; ++y) {
    std::string line;
    for (int x = 0; x < width_; ++x) {
      line += at(x, y).text();
    }
    line.resize(line.find_last_not_of(' ') + 1);
    all += line + '\n';
  }
  return all;
}

}  // namespace odu::terminal
