// Whatever a terminal sends, in whatever pieces: keys are whole, memory is bounded, nothing hangs,
// and the pieces make no difference to what is typed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "odu/terminal/key_reader.h"

namespace {

using odu::terminal::Key;
using odu::terminal::KeyReader;

void Require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

std::vector<Key> Read(std::string_view bytes, size_t piece) {
  KeyReader reader;
  std::vector<Key> all;
  while (!bytes.empty()) {
    for (Key& key : reader.Feed(bytes.substr(0, piece))) {
      all.push_back(std::move(key));
    }
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  for (Key& key : reader.Flush()) {
    all.push_back(std::move(key));
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::vector<Key> whole = Read(bytes, size + 1);
  for (const Key& key : whole) {
    Require(key.text.size() <= KeyReader::kMaxPaste && key.x >= 0 && key.y >= 0);
    for (const char c : key.text) {
      Require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    }
  }
  if (size < KeyReader::kMaxSequence) {
    Require(Read(bytes, 1).size() == whole.size());
  }
  return 0;
}
