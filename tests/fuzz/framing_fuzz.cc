// Any bytes in any pieces: the lines are those of a plain split, whatever the pieces.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/bug.h"
#include "base/text.h"
#include "transport/framing.h"

namespace {

constexpr size_t kLimit = 64;

std::vector<std::string> Expected(std::string_view bytes, bool& too_long) {
  std::vector<std::string> lines;
  const std::vector<std::string_view> parts = base::Split(bytes, '\n');
  for (size_t i = 0; i < parts.size(); ++i) {
    std::string_view line = parts[i];
    if (line.size() > kLimit) {
      too_long = true;
      return lines;
    }
    if (i + 1 == parts.size()) {
      break;
    }
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (!line.empty()) {
      lines.emplace_back(line);
    }
  }
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) {
    return 0;
  }
  // The first byte says how large the pieces are.
  const size_t piece = 1 + data[0];
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  bool expect_too_long = false;
  const std::vector<std::string> expected = Expected(bytes, expect_too_long);
  transport::LineBuffer buffer(kLimit);
  std::vector<std::string> lines;
  bool too_long = false;
  while (!bytes.empty() && !too_long) {
    const auto room = buffer.PrepareRead();
    const size_t count = std::min({piece, room.size, bytes.size()});
    std::memcpy(room.data, bytes.data(), count);
    buffer.Commit(count);
    bytes.remove_prefix(count);
    for (;;) {
      const auto line = buffer.Next();
      too_long = !line.has_value();
      if (too_long || !*line) {
        break;
      }
      lines.emplace_back(**line);
    }
  }
  BUG_IF(too_long != expect_too_long, "the limit is not the limit");
  BUG_IF(lines != expected, "the lines are others");
  return 0;
}
