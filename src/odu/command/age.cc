#include "odu/command/age.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"

namespace odu::command {
namespace {

constexpr int64_t kSecond = 1000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;
constexpr int64_t kLongest = 36500 * kDay;
constexpr int kKiloBits = 10;

struct Amount {
  int64_t number = 0;
  char unit = 0;
};

/// A whole number and one letter; a unit of 0 for anything else.
Amount AmountIn(std::string_view text) {
  Amount amount;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount.number);
  if (error == std::errc() && end + 1 == text.data() + text.size() && amount.number >= 0) {
    amount.unit = *end;
  }
  return amount;
}

std::unexpected<base::Error> Bad(std::string_view option, std::string_view text,
                                 std::string_view hint) {
  return base::Fail(base::ErrorKind::kUsage, "bad_value",
                    fmt::format("'{}' is not understood: {}", option, base::Quoted(text)),
                    std::string(hint));
}

}  // namespace

base::Result<int64_t> ParseAge(std::string_view option, std::string_view text) {
  const Amount amount = AmountIn(text);
  int64_t unit = 0;
  switch (amount.unit) {
    case 's':
      unit = kSecond;
      break;
    case 'm':
      unit = kMinute;
      break;
    case 'h':
      unit = kHour;
      break;
    case 'd':
      unit = kDay;
      break;
    default:
      break;
  }
  if (unit == 0 || amount.number > kLongest / unit) {
    return Bad(option, text, "a whole number and a unit, like 30d, 12h, 45m or 90s");
  }
  return amount.number * unit;
}

base::Result<uint64_t> ParseSize(std::string_view option, std::string_view text) {
  const Amount amount = AmountIn(text);
  constexpr std::string_view kUnits = "KMGT";
  const size_t unit = kUnits.find(amount.unit);
  constexpr int64_t kMost = int64_t{1} << 20;
  if (amount.unit == 0 || unit == std::string_view::npos || amount.number > kMost) {
    return Bad(option, text, "a whole number and a unit, like 10G or 500M");
  }
  return static_cast<uint64_t>(amount.number) << (kKiloBits * (unit + 1));
}

}  // namespace odu::command
