// Any values in any log in any pieces: what comes out is what a search of the whole text says.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "odu/lane/naive_mask.h"

namespace {

/// Cuts what stands before the next `end` off.
std::string_view Part(std::string_view& bytes, char end) {
  const size_t at = bytes.find(end);
  const std::string_view part = bytes.substr(0, at);
  bytes.remove_prefix(at == std::string_view::npos ? bytes.size() : at + 1);
  return part;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // A byte for the pieces, values each ended by a NUL, an empty one, the log.
  if (size == 0) {
    return 0;
  }
  const size_t piece = 1 + data[0] % 32;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::vector<std::string> values;
  for (std::string_view value = Part(bytes, '\0'); !value.empty(); value = Part(bytes, '\0')) {
    values.emplace_back(value);
  }
  const std::string_view log = bytes;
  const odu::lane::MaskedValues masked(values);
  odu::lane::LogMask mask(masked);
  std::string out;
  for (size_t at = 0; at < log.size(); at += piece) {
    // A buffer of its own: nothing may refer to the piece before.
    const std::string part(log.substr(at, piece));
    out += mask.Masked(part);
  }
  out += mask.Rest();
  if (out != odu::lane::NaivelyMasked(log, values)) {
    std::abort();
  }
  return 0;
}
