// Every byte string survives base64, and a text that decodes is the only one for its bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::string out;
  if (!base::Base64Decode(base::Base64Encode(bytes), out) || out != bytes) {
    std::abort();
  }
  if (base::Base64Decode(bytes, out) && base::Base64Encode(out) != bytes) {
    std::abort();
  }
  return 0;
}
