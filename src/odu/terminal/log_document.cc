#include "odu/terminal/log_document.h"

#include <vterm.h>

#include <algorithm>

namespace odu::terminal {
namespace {

/// How far up a program can move to change what it printed.
constexpr int kScreenRows = 60;
/// A line without an end is shown up to here; no terminal shows more of it either.
constexpr size_t kMaxLineBytes = size_t{256} << 10;
/// What a row that is moved costs of the work that bytes may make, see Afford().
constexpr size_t kRowCost = 16;
/// Ends a sequence that is not finished.
constexpr std::string_view kCancel = "\x18";

Cell Blank(const Style& style) {
  Cell cell;
  cell.style = style;
  return cell;
}

void AppendUtf8(Cell& cell, uint32_t character) {
  std::array<char, 4> bytes{};
  size_t length = 0;
  const auto tail = [character](int shift) {
    return static_cast<char>(0x80U | (character >> shift & 0x3fU));
  };
  if (character < 0x80) {
    bytes = {static_cast<char>(character)};
    length = 1;
  } else if (character < 0x800) {
    bytes = {static_cast<char>(0xc0U | character >> 6), tail(0)};
    length = 2;
  } else if (character < 0x10000) {
    bytes = {static_cast<char>(0xe0U | character >> 12), tail(6), tail(0)};
    length = 3;
  } else {
    bytes = {static_cast<char>(0xf0U | character >> 18), tail(12), tail(6), tail(0)};
    length = 4;
  }
  if (cell.length + length <= Cell::kMaxBytes) {
    std::copy_n(bytes.begin(), length, cell.bytes.begin() + cell.length);
    cell.length = static_cast<uint8_t>(cell.length + length);
  }
}

/// What libvterm takes for one character, with our own idea of what is safe and how wide.
Cell CellOf(const VTermGlyphInfo& glyph, const Style& style) {
  constexpr uint32_t kUnknown = 0xfffd;
  Cell cell = Blank(style);
  cell.length = 0;
  for (size_t i = 0; i < VTERM_MAX_CHARS_PER_CELL && glyph.chars[i] != 0; ++i) {
    uint32_t character = glyph.chars[i];
    const bool is_character = character < 0x110000 && (character < 0xd800 || character > 0xdfff);
    if (!is_character || !IsSafe(character)) {
      character = kUnknown;
    }
    if (IsInvisible(static_cast<char32_t>(character))) {
      continue;
    }
    const int columns = Columns(static_cast<char32_t>(character));
    const bool first = cell.length == 0;
    if (first && columns == 0) {
      AppendUtf8(cell, ' ');
    }
    if (first) {
      cell.width = static_cast<uint8_t>(std::max(columns, 1));
    } else if (columns != 0) {
      continue;
    }
    AppendUtf8(cell, character);
  }
  if (cell.length == 0) {
    return Blank(style);
  }
  return cell;
}

Colour ColourOf(const VTermColor& colour) {
  if (VTERM_COLOR_IS_DEFAULT_FG(&colour) || VTERM_COLOR_IS_DEFAULT_BG(&colour)) {
    return {};
  }
  if (VTERM_COLOR_IS_INDEXED(&colour)) {
    return Colour::Indexed(colour.indexed.idx);
  }
  return Colour::Rgb(colour.rgb.red, colour.rgb.green, colour.rgb.blue);
}

}  // namespace

/// The emulator's state alone: its screen is our lines.
struct LogDocument::Terminal {
  explicit Terminal(LogDocument& owner) : document(owner) {}
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    if (vt != nullptr) {
      vterm_free(vt);
    }
  }

  void Start(int columns) {
    if (vt != nullptr) {
      vterm_free(vt);
    }
    vt = vterm_new(kScreenRows, columns);
    vterm_set_utf8(vt, 1);
    // Answers go nowhere.
    vterm_output_set_callback(vt, [](const char*, size_t, void*) {}, nullptr);
    state = vterm_obtain_state(vt);
    static constexpr VTermStateCallbacks kCallbacks = {
        .putglyph = PutGlyph,
        .movecursor = [](VTermPos, VTermPos, int, void*) { return 1; },
        .scrollrect = ScrollRect,
        .moverect = MoveRect,
        .erase = Erase,
        .initpen = InitPen,
        .setpenattr = SetPen,
        .settermprop = [](VTermProp, VTermValue*, void*) { return 1; },
        .bell = [](void*) { return 1; },
        .resize = [](int, int, VTermPos*, void*) { return 1; },
        .setlineinfo = [](int, const VTermLineInfo*, const VTermLineInfo*, void*) { return 0; },
    };
    vterm_state_set_callbacks(state, &kCallbacks, this);
    vterm_state_reset(state, 1);
  }

  static Terminal& Self(void* user) { return *static_cast<Terminal*>(user); }

  /// False when the bytes at hand have made more work than so few bytes may.
  bool Afford(size_t work) {
    if (work_left < work) {
      return false;
    }
    work_left -= work;
    return true;
  }

  enum class Within : uint8_t { kText, kEscape, kControlSequence };
  Within within = Within::kText;
  size_t separators = 0;  ///< of the control sequence so far
  std::string tamed;

  /// Keeps from libvterm 0.3 what it mishandles: a repeat (CSI b) of a character without width
  /// never ends, arguments beyond the 16 that it has room for are not counted, and ESC # fills the
  /// whole screen or doubles lines, three bytes that nobody wants in a log.
  void Tame(std::string_view text) {
    constexpr char kCancelByte = '\x18';
    constexpr size_t kMostSeparators = 15;
    tamed.clear();
    for (char c : text) {
      const bool printable = c >= 0x20 && c < 0x7f;
      if (within == Within::kEscape && c == '#') {
        continue;
      }
      if (c == '\x1b') {
        within = Within::kEscape;
      } else if (within == Within::kEscape && printable && c >= 0x30) {
        within = c == '[' ? Within::kControlSequence : Within::kText;
        separators = 0;
      } else if (within == Within::kControlSequence && (c == ';' || c == ':')) {
        c = ++separators > kMostSeparators ? kCancelByte : c;
        within = c == kCancelByte ? Within::kText : within;
      } else if (within == Within::kControlSequence && printable && c >= 0x40) {
        within = Within::kText;
        c = c == 'b' ? kCancelByte : c;
      }
      tamed += c;
    }
  }

  void Write(std::string_view text) {
    Tame(text);
    // It reads a status request (DCS $ q) on to the next zero: there is one.
    vterm_input_write(vt, tamed.c_str(), tamed.size());
  }

  static bool IsInside(const VTermRect& rect) {
    return rect.start_row >= 0 && rect.start_col >= 0 && rect.end_row <= kScreenRows &&
           rect.start_row <= rect.end_row && rect.start_col <= rect.end_col;
  }

  static LogDocument& Of(void* user) { return static_cast<Terminal*>(user)->document; }

  static int PutGlyph(VTermGlyphInfo* info, VTermPos pos, void* user) {
    LogDocument& document = Of(user);
    // libvterm has been seen to put what combines with nothing at column -1.
    const bool inside =
        pos.row >= 0 && pos.row < kScreenRows && pos.col >= 0 && pos.col < document.columns_;
    if (!inside || !Self(user).Afford(1)) {
      return 1;
    }
    LogLine& line = document.Row(pos.row);
    const auto column = static_cast<size_t>(pos.col);
    const Cell cell = CellOf(*info, document.pen_);
    const auto taken = static_cast<size_t>(std::max<int>(cell.width, info->width == 2 ? 2 : 1));
    const size_t wanted = column + taken;
    if (line.cells.size() < wanted) {
      document.cells_ += wanted - line.cells.size();
      line.cells.resize(wanted, Blank({}));
    }
    line.cells[column] = cell;
    if (cell.width == 2) {
      Cell half;
      half.length = 0;
      half.width = 0;
      half.style = cell.style;
      line.cells[column + 1] = half;
    } else if (taken == 2) {
      line.cells[column + 1] = Blank(cell.style);
    }
    return 1;
  }

  static int ScrollRect(VTermRect rect, int downward, int rightward, void* user) {
    LogDocument& document = Of(user);
    const bool whole = rect.start_row == 0 && rect.end_row == kScreenRows && rect.start_col == 0 &&
                       rect.end_col >= document.columns_;
    if (!whole || downward <= 0 || rightward != 0) {
      return 0;
    }
    for (int i = 0; i < downward && Self(user).Afford(kRowCost); ++i) {
      document.Row(0);
      ++document.top_;
    }
    return 1;
  }

  static int MoveRect(VTermRect dest, VTermRect src, void* user) {
    LogDocument& document = Of(user);
    if (!IsInside(src) || !IsInside(dest)) {
      return 1;
    }
    const int rows = src.end_row - src.start_row;
    const auto from = static_cast<size_t>(src.start_col);
    const auto to = static_cast<size_t>(dest.start_col);
    const auto width = static_cast<size_t>(src.end_col - src.start_col);
    for (int i = 0; i < rows && Self(user).Afford(kRowCost); ++i) {
      const int step = dest.start_row < src.start_row ? i : rows - 1 - i;
      const std::vector<Cell>& source = document.Row(src.start_row + step).cells;
      const size_t begin = std::min(from, source.size());
      const size_t count = std::min(width, source.size() - begin);
      const auto first = source.begin() + static_cast<std::ptrdiff_t>(begin);
      const std::vector<Cell> moved(first, first + static_cast<std::ptrdiff_t>(count));
      std::vector<Cell>& target = document.Row(dest.start_row + step).cells;
      const size_t before = target.size();
      const size_t end = to + (before > to + count ? std::min(width, before - to) : count);
      if (end > to) {
        target.resize(std::max(before, end), Blank({}));
        std::copy(moved.begin(), moved.end(), target.begin() + static_cast<std::ptrdiff_t>(to));
        std::fill(target.begin() + static_cast<std::ptrdiff_t>(to + count),
                  target.begin() + static_cast<std::ptrdiff_t>(end), Blank({}));
      }
      document.cells_ += target.size() - before;
    }
    return 1;
  }

  static int Erase(VTermRect rect, int, void* user) {
    LogDocument& document = Of(user);
    if (!IsInside(rect)) {
      return 1;
    }
    for (int row = rect.start_row; row < rect.end_row; ++row) {
      if (document.top_ + static_cast<size_t>(row) >= document.lines_.size()) {
        break;
      }
      std::vector<Cell>& cells = document.Row(row).cells;
      const auto from = static_cast<size_t>(rect.start_col);
      const auto to = std::min(static_cast<size_t>(rect.end_col), cells.size());
      if (to == cells.size() && document.pen_.bg.is_default()) {
        const size_t kept = std::min(from, cells.size());
        document.cells_ -= cells.size() - kept;
        cells.resize(kept);
        continue;
      }
      Style style;
      style.bg = document.pen_.bg;
      for (size_t i = from; i < to; ++i) {
        cells[i] = Blank(style);
      }
    }
    return 1;
  }

  static int InitPen(void* user) {
    Of(user).pen_ = Style();
    return 1;
  }

  static int SetPen(VTermAttr attribute, VTermValue* value, void* user) {
    Style& pen = Of(user).pen_;
    const auto turn = [&](uint8_t bit, bool on) {
      pen.attributes = static_cast<uint8_t>(on ? pen.attributes | bit : pen.attributes & ~bit);
    };
    switch (attribute) {
      case VTERM_ATTR_BOLD:
        turn(Style::kBold, value->boolean != 0);
        break;
      case VTERM_ATTR_UNDERLINE:
        turn(Style::kUnderline, value->number != 0);
        break;
      case VTERM_ATTR_ITALIC:
        turn(Style::kItalic, value->boolean != 0);
        break;
      case VTERM_ATTR_REVERSE:
        turn(Style::kReverse, value->boolean != 0);
        break;
      case VTERM_ATTR_STRIKE:
        turn(Style::kStrike, value->boolean != 0);
        break;
      case VTERM_ATTR_FOREGROUND:
        pen.fg = ColourOf(value->color);
        break;
      case VTERM_ATTR_BACKGROUND:
        pen.bg = ColourOf(value->color);
        break;
      default:
        break;
    }
    return 1;
  }

  LogDocument& document;
  VTerm* vt = nullptr;
  size_t work_left = 0;
  VTermState* state = nullptr;
  int row = 0;  ///< of the cursor, after the last bytes
};

std::string LogLine::Text() const {
  std::string text;
  for (const Cell& cell : cells) {
    text += cell.text();
  }
  text.resize(text.find_last_not_of(' ') + 1);
  return text;
}

LogDocument::LogDocument(int columns)
    : terminal_(std::make_unique<Terminal>(*this)), columns_(std::max(columns, 2)) {
  Restart(0, false);
}

LogDocument::~LogDocument() = default;

void LogDocument::Restart(uint64_t begin, bool in_a_line) {
  terminal_->Start(columns_);
  lines_.clear();
  bytes_.clear();
  top_ = 0;
  cells_ = 0;
  dropped_ = 0;
  pen_ = Style();
  begin_ = end_ = begin;
  skipping_ = in_a_line;
  at_line_start_ = true;
  terminal_->within = Terminal::Within::kText;
  terminal_->row = 0;
}

LogLine& LogDocument::Row(int row) {
  const size_t index = top_ + static_cast<size_t>(row);
  while (lines_.size() <= index) {
    LogLine line;
    line.offset = line_offset_;
    line.continued = line_has_row_;
    lines_.push_back(std::move(line));
    line_has_row_ = true;
  }
  return lines_[index];
}

void LogDocument::Append(std::string_view bytes) {
  if (skipping_) {
    const size_t newline = bytes.find('\n');
    const size_t skipped = newline == std::string_view::npos ? bytes.size() : newline + 1;
    end_ += skipped;
    begin_ = end_;
    bytes.remove_prefix(skipped);
    if (newline == std::string_view::npos) {
      return;
    }
    skipping_ = false;
  }
  bytes_ += bytes;
  while (!bytes.empty()) {
    const size_t newline = bytes.find('\n');
    const size_t length = newline == std::string_view::npos ? bytes.size() : newline + 1;
    Feed(bytes.substr(0, length));
    end_ += length;
    bytes.remove_prefix(length);
    if (lines_.size() > 2 * kMaxLines) {
      Trim();
    }
  }
  Trim();
  VTermPos cursor{};
  vterm_state_get_cursorpos(terminal_->state, &cursor);
  terminal_->row = std::clamp(cursor.row, 0, kScreenRows - 1);
}

void LogDocument::Feed(std::string_view line) {
  if (at_line_start_) {
    line_offset_ = end_;
    line_has_row_ = false;
  }
  const bool ends = line.ends_with('\n');
  const std::string_view text = line.substr(0, line.size() - (ends ? 1 : 0));
  if (end_ - line_offset_ < kMaxLineBytes) {
    constexpr size_t kWorkPerByte = 64;
    terminal_->work_left = text.size() * kWorkPerByte + kMaxCells / 8;
    terminal_->Write(text);
  }
  at_line_start_ = ends;
  if (ends) {
    VTermPos cursor{};
    vterm_state_get_cursorpos(terminal_->state, &cursor);
    if (cursor.row >= 0 && cursor.row < kScreenRows) {
      Row(cursor.row);  // an empty line is a line
    }
    terminal_->within = Terminal::Within::kText;
    terminal_->work_left = kMaxCells;
    vterm_input_write(terminal_->vt, kCancel.data(), kCancel.size());
    vterm_input_write(terminal_->vt, "\r\n", 2);
  }
}

void LogDocument::Trim() {
  if (lines_.size() <= kMaxLines && cells_ <= kMaxCells) {
    return;
  }
  size_t kept_cells = cells_;
  size_t drop = 0;
  // Not more than what has left the terminal, and a good part at once.
  while (drop < top_ &&
         (lines_.size() - drop > kMaxLines * 2 / 3 || kept_cells > kMaxCells * 2 / 3)) {
    kept_cells -= lines_[drop].cells.size();
    ++drop;
  }
  while (drop < top_ && lines_[drop].continued) {
    kept_cells -= lines_[drop].cells.size();
    ++drop;
  }
  if (drop == 0) {
    return;
  }
  const uint64_t begin = drop < lines_.size() ? lines_[drop].offset : end_;
  lines_.erase(lines_.begin(), lines_.begin() + static_cast<std::ptrdiff_t>(drop));
  top_ -= drop;
  cells_ = kept_cells;
  dropped_ += drop;
  bytes_.erase(0, static_cast<size_t>(begin - begin_));
  begin_ = begin;
}

void LogDocument::SetColumns(int columns) {
  columns = std::max(columns, 2);
  if (columns == columns_) {
    return;
  }
  columns_ = columns;
  const std::string bytes = std::move(bytes_);
  const bool skipping = skipping_;
  Restart(begin_, false);
  Append(bytes);
  skipping_ = skipping;
}

size_t LogDocument::size() const {
  size_t size = lines_.size();
  // The terminal's last rows may be there only because the cursor was, or is.
  const size_t cursor = top_ + static_cast<size_t>(terminal_->row);
  const auto is_nothing = [&](const LogLine& line, size_t index) {
    return line.cells.empty() && (line.offset >= end_ || index >= cursor);
  };
  while (size > top_ && is_nothing(lines_[size - 1], size - 1)) {
    --size;
  }
  return size;
}

size_t LogDocument::LineAt(uint64_t offset) const {
  const auto found = std::partition_point(
      lines_.begin(), lines_.end(), [offset](const LogLine& line) { return line.offset < offset; });
  return std::min(static_cast<size_t>(found - lines_.begin()), size());
}

}  // namespace odu::terminal
