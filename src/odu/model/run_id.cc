#include "odu/model/run_id.h"

#include <sys/random.h>

#include <array>
#include <cstring>
#include <random>

namespace odu::model {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kTimeDigits = 10;
constexpr size_t kLowDigits = 16;
constexpr size_t kDigits = kTimeDigits + kLowDigits;
constexpr int64_t kMaxTime = (int64_t{1} << 48) - 1;

}  // namespace

std::string MakeRunId(int64_t wall_ms, uint16_t high, uint64_t low) {
  std::string id(kDigits, '0');
  uint64_t time = static_cast<uint64_t>(wall_ms < 0 ? 0 : wall_ms > kMaxTime ? kMaxTime : wall_ms);
  for (size_t i = kTimeDigits; i-- > 0;) {
    id[i] = kAlphabet[time & 31];
    time >>= 5;
  }
  // 80 bits from the right: 64 of `low`, then 16 of `high`.
  for (size_t i = kDigits; i-- > kTimeDigits;) {
    id[i] = kAlphabet[low & 31];
    low = low >> 5 | static_cast<uint64_t>(high & 31) << 59;
    high = static_cast<uint16_t>(high >> 5);
  }
  return id;
}

std::string NewRunId(int64_t wall_ms) {
  std::array<unsigned char, 10> bits{};
  if (getrandom(bits.data(), bits.size(), 0) != static_cast<ssize_t>(bits.size())) {
    // A kernel without the call; the library finds its own source.
    std::random_device random;
    for (unsigned char& byte : bits) {
      byte = static_cast<unsigned char>(random());
    }
  }
  uint16_t high = 0;
  uint64_t low = 0;
  std::memcpy(&high, bits.data(), sizeof high);
  std::memcpy(&low, bits.data() + sizeof high, sizeof low);
  return MakeRunId(wall_ms, high, low);
}

bool IsRunId(std::string_view text) {
  // 26 digits of 5 bits are 130: the first may only hold 3.
  return text.size() == kDigits && text[0] <= '7' &&
         text.find_first_not_of(kAlphabet) == std::string_view::npos;
}

std::optional<int64_t> TimeOfRunId(std::string_view text) {
  if (!IsRunId(text)) {
    return std::nullopt;
  }
  int64_t time = 0;
  for (const char digit : text.substr(0, kTimeDigits)) {
    time = time << 5 | static_cast<int64_t>(kAlphabet.find(digit));
  }
  return time;
}

}  // namespace odu::model
