#include "mcp/random_id.h"

#include <sys/random.h>

#include <array>

#include "base/bug.h"

namespace mcp {

std::string RandomId() {
  std::array<unsigned char, 16> bytes{};
  const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
  BUG_IF(got != static_cast<ssize_t>(bytes.size()), "the system gives no random bytes");
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id;
  for (const unsigned char byte : bytes) {
    id += kDigits[byte >> 4];
    id += kDigits[byte & 15];
  }
  return id;
}

}  // namespace mcp
