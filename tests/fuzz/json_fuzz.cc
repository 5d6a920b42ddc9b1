// What parses can be written and parsed again; any UTF-8 text survives as a string. (Numbers with a
// fraction may change in their last digit: Boost.JSON reads them with a fast, inexact algorithm.)
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/text.h"

namespace {

void Require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const base::Result<base::json::value> value = base::ParseJson(bytes, "input")) {
    const std::string written = base::json::serialize(*value);
    const base::Result<base::json::value> again = base::ParseJson(written, "written");
    Require(again.has_value());
  }
  if (base::IsUtf8(bytes)) {
    std::string text;
    base::AppendJsonString(text, bytes);
    const base::Result<base::json::value> read = base::ParseJson(text, "string");
    Require(read.has_value() && std::string_view(read->as_string()) == bytes);
  }
  return 0;
}
