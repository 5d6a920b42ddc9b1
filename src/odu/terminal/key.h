#pragma once

#include <cstdint>
#include <string>

namespace odu::terminal {

/// One thing that was typed or done with the mouse. A value.
struct Key {
  enum class Kind : uint8_t {
    kCharacter,  ///< `text`: one character, never a control character
    kPaste,      ///< `text`: what was pasted, control characters left out
    kEnter,
    kEscape,
    kTab,
    kBackTab,
    kBackspace,
    kDelete,
    kUp,
    kDown,
    kLeft,
    kRight,
    kPageUp,
    kPageDown,
    kHome,
    kEnd,
    kMouse,
    kUnknown,
  };
  enum class Mouse : uint8_t { kNone, kPress, kDrag, kRelease, kWheelUp, kWheelDown };

  Kind kind = Kind::kUnknown;
  std::string text;
  bool ctrl = false;
  bool alt = false;
  bool shift = false;
  Mouse mouse = Mouse::kNone;
  int x = 0;  ///< of the mouse, from 0
  int y = 0;

  bool operator==(const Key&) const = default;
  /// A character without ctrl and alt.
  bool Is(char character) const {
    return kind == Kind::kCharacter && !ctrl && !alt && text.size() == 1 && text[0] == character;
  }
  /// ^A and the like; `character` is the lower case letter.
  bool IsCtrl(char character) const {
    return kind == Kind::kCharacter && ctrl && text.size() == 1 && text[0] == character;
  }
};

}  // namespace odu::terminal
