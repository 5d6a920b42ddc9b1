// Any bytes as the head of a git bundle: it never reads past them, and what it took is an id.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "git/bundle.h"

namespace {

void Require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto head = git::ParseBundleHead(bytes);
  if (!head) {
    Require(head.error().code() == "bad_bundle");
    return 0;
  }
  Require(head->pack_offset <= size);
  const size_t digits = head->sha256 ? 64 : 40;
  for (const auto* ids : {&head->prerequisites, &head->tips}) {
    for (const std::string& id : *ids) {
      Require(id.size() == digits);
      Require(id.find_first_not_of("0123456789abcdef") == std::string::npos);
    }
  }
  // What follows the head changes nothing.
  const auto again = git::ParseBundleHead(bytes.substr(0, head->pack_offset));
  Require(again.has_value() && again->tips == head->tips);
  return 0;
}
