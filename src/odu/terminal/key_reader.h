#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "odu/terminal/key.h"

namespace odu::terminal {

/// Takes a terminal's bytes apart into keys: xterm's sequences, which every terminal in use today
/// speaks, with those of rxvt and the Linux console; SGR mouse; bracketed paste. Sequences that it
/// does not know are swallowed whole. Memory is bounded: a sequence longer than kMaxSequence is
/// none, and a paste is cut at kMaxPaste.
class KeyReader {
 public:
  static constexpr size_t kMaxSequence = 64;
  static constexpr size_t kMaxPaste = 64 << 10;

  /// The keys that `bytes` complete.
  std::vector<Key> Feed(std::string_view bytes);
  /// True while the beginning of a sequence waits for its end: after a moment without bytes call
  /// Flush(), as it was the Escape key.
  bool waiting() const { return !pending_.empty() && !pasting_; }
  std::vector<Key> Flush();

 private:
  /// Takes one key from the front of `pending_`; false when more bytes are needed.
  bool Take(std::vector<Key>& keys, bool flush);
  bool TakeEscape(std::vector<Key>& keys, bool flush);
  bool TakeCsi(std::vector<Key>& keys);
  bool TakePaste(std::vector<Key>& keys);
  void TakeByte(std::vector<Key>& keys);

  std::string pending_;
  std::string pasted_;
  bool pasting_ = false;
};

}  // namespace odu::terminal
