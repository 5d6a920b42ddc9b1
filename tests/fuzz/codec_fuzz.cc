// Any JSON as the sample's types: refused with a place, or taken and then the same after a round.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bug.h"
#include "support/sample_surface.h"

namespace {

struct Everything {
  bool flag = false;
  int64_t wide = 0;
  uint64_t unsigned_wide = 0;
  int8_t narrow = 0;
  support::Gauge gauge;
  std::map<std::string, std::vector<support::Item>> table;
  std::optional<support::LogInput> input;
};
BOOST_DESCRIBE_STRUCT(Everything, (), (flag, wide, unsigned_wide, narrow, gauge, table, input))

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto value = surface::DecodeText<Everything>(text, "input");
  if (!value) {
    BUG_IF(value.error().message().empty(), "a refusal without words");
    return 0;
  }
  value->gauge.ratio.reset();  // Boost.JSON reads fractions fast and inexactly
  const std::string encoded = surface::Encoded(*value);
  const auto again = surface::DecodeText<Everything>(encoded, "again");
  BUG_IF(!again, "what was written cannot be read");
  BUG_IF(surface::Encoded(*again) != encoded, "a value has changed on its way");
  return 0;
}
