#include "odu/terminal/key_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/utf8.h"

namespace odu::terminal {
namespace {

constexpr char kEscapeByte = '\x1b';
constexpr std::string_view kPasteEnd = "\x1b[201~";

struct Named {
  std::string_view body;  ///< after ESC
  Key::Kind kind;
};

/// What has one form only. The general forms (modifiers) are read by TakeCsi.
constexpr std::array kNamed{
    Named{"OA", Key::Kind::kUp},    Named{"OB", Key::Kind::kDown}, Named{"OC", Key::Kind::kRight},
    Named{"OD", Key::Kind::kLeft},  Named{"OH", Key::Kind::kHome}, Named{"OF", Key::Kind::kEnd},
    Named{"OM", Key::Kind::kEnter},
};

std::optional<Key::Kind> OfLetter(char letter) {
  switch (letter) {
    case 'A':
    case 'a':
      return Key::Kind::kUp;
    case 'B':
    case 'b':
      return Key::Kind::kDown;
    case 'C':
    case 'c':
      return Key::Kind::kRight;
    case 'D':
    case 'd':
      return Key::Kind::kLeft;
    case 'H':
      return Key::Kind::kHome;
    case 'F':
      return Key::Kind::kEnd;
    case 'Z':
      return Key::Kind::kBackTab;
    default:
      return std::nullopt;
  }
}

std::optional<Key::Kind> OfNumber(int number) {
  switch (number) {
    case 1:
    case 7:
      return Key::Kind::kHome;
    case 3:
      return Key::Kind::kDelete;
    case 4:
    case 8:
      return Key::Kind::kEnd;
    case 5:
      return Key::Kind::kPageUp;
    case 6:
      return Key::Kind::kPageDown;
    default:
      return std::nullopt;
  }
}

void Modify(Key& key, int parameter) {
  const int bits = std::max(parameter - 1, 0);
  key.shift = (bits & 1) != 0;
  key.alt = (bits & 2) != 0;
  key.ctrl = (bits & 4) != 0;
}

/// Up to four decimal parameters, 0 where one is missing; nothing for what is none.
std::optional<std::array<int, 4>> Parameters(std::string_view text) {
  std::array<int, 4> values{};
  size_t index = 0;
  constexpr int kMost = 100'000;
  while (!text.empty() && index < values.size()) {
    const size_t end = std::min(text.find(';'), text.size());
    const std::string_view part = text.substr(0, end);
    if (!part.empty()) {
      const auto [rest, error] =
          std::from_chars(part.data(), part.data() + part.size(), values[index]);
      if (error != std::errc() || rest != part.data() + part.size() || values[index] > kMost) {
        return std::nullopt;
      }
    }
    ++index;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return values;
}

Key MouseKey(const std::array<int, 4>& values, bool release) {
  constexpr int kDragBit = 32;
  constexpr int kWheelBit = 64;
  Key key;
  key.kind = Key::Kind::kMouse;
  const int button = values[0];
  key.x = std::max(values[1] - 1, 0);
  key.y = std::max(values[2] - 1, 0);
  key.shift = (button & 4) != 0;
  key.alt = (button & 8) != 0;
  key.ctrl = (button & 16) != 0;
  if ((button & kWheelBit) != 0) {
    const int which = button & 3;
    if (which > 1 || release) {
      key.kind = Key::Kind::kUnknown;
    }
    key.mouse = which == 0 ? Key::Mouse::kWheelUp : Key::Mouse::kWheelDown;
  } else if ((button & 3) != 0) {
    key.kind = Key::Kind::kUnknown;  // only the left button means something
  } else if (release) {
    key.mouse = Key::Mouse::kRelease;
  } else {
    key.mouse = (button & kDragBit) != 0 ? Key::Mouse::kDrag : Key::Mouse::kPress;
  }
  return key;
}

Key Plain(Key::Kind kind) {
  Key key;
  key.kind = kind;
  return key;
}

}  // namespace

std::vector<Key> KeyReader::Feed(std::string_view bytes) {
  std::vector<Key> keys;
  // In pieces: what waits is never more than a sequence and a piece.
  constexpr size_t kPiece = 4096;
  while (!bytes.empty()) {
    pending_ += bytes.substr(0, kPiece);
    bytes.remove_prefix(std::min(kPiece, bytes.size()));
    while (!pending_.empty() && Take(keys, false)) {
    }
  }
  return keys;
}

std::vector<Key> KeyReader::Flush() {
  std::vector<Key> keys;
  while (waiting() && Take(keys, true)) {
  }
  return keys;
}

bool KeyReader::Take(std::vector<Key>& keys, bool flush) {
  if (pasting_) {
    return TakePaste(keys);
  }
  if (pending_.front() == kEscapeByte) {
    return TakeEscape(keys, flush);
  }
  const auto byte = static_cast<unsigned char>(pending_.front());
  if (byte < 0x20 || byte == 0x7f) {
    TakeByte(keys);
    return true;
  }
  const base::Utf8Character character = base::Utf8At(pending_, 0);
  if (character.length == 0) {
    // Perhaps the rest of it is on its way.
    const bool may_come =
        byte >= 0xc2 && byte <= 0xf4 && pending_.size() < 4 && !flush &&
        base::Utf8At(pending_, 0).length == 0 &&
        std::all_of(
            pending_.begin() + 1, pending_.end(),
            [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; });
    const size_t wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    if (may_come && pending_.size() < wanted) {
      return false;
    }
    pending_.erase(0, 1);
    return true;
  }
  Key key = Plain(Key::Kind::kCharacter);
  key.text = pending_.substr(0, character.length);
  pending_.erase(0, character.length);
  if (character.value < 0x80 || character.value >= 0xa0) {
    keys.push_back(std::move(key));
  }
  return true;
}

void KeyReader::TakeByte(std::vector<Key>& keys) {
  const char byte = pending_.front();
  pending_.erase(0, 1);
  switch (byte) {
    case '\r':
    case '\n':
      keys.push_back(Plain(Key::Kind::kEnter));
      return;
    case '\t':
      keys.push_back(Plain(Key::Kind::kTab));
      return;
    case '\x7f':
    case '\b':
      keys.push_back(Plain(Key::Kind::kBackspace));
      return;
    default:
      break;
  }
  if (byte >= 1 && byte <= 26) {
    Key key = Plain(Key::Kind::kCharacter);
    key.ctrl = true;
    key.text = std::string(1, static_cast<char>('a' + byte - 1));
    keys.push_back(std::move(key));
  }
}

bool KeyReader::TakeEscape(std::vector<Key>& keys, bool flush) {
  if (pending_.size() == 1) {
    if (!flush) {
      return false;
    }
    pending_.clear();
    keys.push_back(Plain(Key::Kind::kEscape));
    return true;
  }
  const char kind = pending_[1];
  if (kind == '[') {
    if (TakeCsi(keys)) {
      return true;
    }
    if (!flush && pending_.size() < kMaxSequence) {
      return false;
    }
    // No sequence comes of it.
    pending_.clear();
    return true;
  }
  if (kind == 'O') {
    if (pending_.size() < 3) {
      if (flush) {
        pending_.clear();
      }
      return flush;
    }
    const std::string_view body = std::string_view(pending_).substr(1, 2);
    for (const Named& named : kNamed) {
      if (named.body == body) {
        keys.push_back(Plain(named.kind));
      }
    }
    pending_.erase(0, 3);
    return true;
  }
  if (kind == kEscapeByte) {
    pending_.erase(0, 1);
    keys.push_back(Plain(Key::Kind::kEscape));
    return true;
  }
  if (kind == ']' || kind == 'P' || kind == '_' || kind == '^') {
    // A terminal's answer to somebody else's question.
    const size_t bell = pending_.find('\a');
    const size_t end = pending_.find("\x1b\\", 2);
    const size_t stop = std::min(bell == std::string::npos ? bell : bell + 1,
                                 end == std::string::npos ? end : end + 2);
    if (stop == std::string::npos) {
      if (!flush && pending_.size() < kMaxPaste) {
        return false;
      }
      pending_.clear();
      return true;
    }
    pending_.erase(0, stop);
    return true;
  }
  // Alt with a key.
  pending_.erase(0, 1);
  const size_t before = keys.size();
  if (!Take(keys, flush)) {
    pending_.insert(pending_.begin(), kEscapeByte);
    return false;
  }
  for (size_t i = before; i < keys.size(); ++i) {
    keys[i].alt = true;
  }
  return true;
}

bool KeyReader::TakeCsi(std::vector<Key>& keys) {
  // The Linux console's function keys: ESC [ [ A.
  size_t end = 2;
  if (pending_.size() > 2 && pending_[2] == '[') {
    if (pending_.size() < 4) {
      return false;
    }
    pending_.erase(0, 4);
    return true;
  }
  while (end < pending_.size() && pending_[end] >= 0x20 && pending_[end] < 0x40) {
    ++end;
  }
  // rxvt ends shifted keys with '$', which is no final byte.
  if (end >= pending_.size()) {
    return false;
  }
  if (end > kMaxSequence) {
    pending_.erase(0, end);
    return true;
  }
  const char final = pending_[end];
  const bool is_final = final >= 0x40 && final <= 0x7e;
  const std::string body = pending_.substr(2, end - 2);
  pending_.erase(0, is_final ? end + 1 : end);
  if (!is_final) {
    return true;
  }
  const bool is_mouse = body.starts_with('<');
  const auto values = Parameters(std::string_view(body).substr(is_mouse ? 1 : 0));
  if (!values.has_value()) {
    return true;
  }
  if (is_mouse) {
    if (final == 'M' || final == 'm') {
      keys.push_back(MouseKey(*values, final == 'm'));
    }
    return true;
  }
  if (final == '~' && (*values)[0] == 200) {
    pasting_ = true;
    pasted_.clear();
    return true;
  }
  const std::optional<Key::Kind> kind = final == '~' ? OfNumber((*values)[0]) : OfLetter(final);
  if (kind.has_value()) {
    Key key = Plain(*kind);
    Modify(key, (*values)[1]);
    keys.push_back(std::move(key));
  }
  return true;
}

bool KeyReader::TakePaste(std::vector<Key>& keys) {
  const size_t end = pending_.find(kPasteEnd);
  // The end may be cut in two.
  const size_t ready = end != std::string::npos ? end
                       : pending_.size() < kPasteEnd.size()
                           ? 0
                           : pending_.size() - (kPasteEnd.size() - 1);
  for (const char c : std::string_view(pending_).substr(0, ready)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f && pasted_.size() < kMaxPaste) {
      pasted_ += c;
    }
  }
  if (end == std::string::npos) {
    pending_.erase(0, ready);
    return false;
  }
  pending_.erase(0, end + kPasteEnd.size());
  pasting_ = false;
  Key key = Plain(Key::Kind::kPaste);
  key.text = std::move(pasted_);
  pasted_.clear();
  keys.push_back(std::move(key));
  return true;
}

}  // namespace odu::terminal
