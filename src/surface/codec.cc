#include "surface/codec.h"

#include <fmt/format.h>

namespace surface::detail {
namespace {

std::string Place(const std::string& path) {
  return path.empty() ? "value" : path;
}

base::Error BadValue(std::string message) {
  return base::Error(base::ErrorKind::kInput, "bad_value", std::move(message));
}

}  // namespace

base::Error WrongType(const std::string& path, std::string_view wanted) {
  return BadValue(fmt::format("{}: expected {}", Place(path), wanted));
}

base::Error OutOfRange(const std::string& path) {
  return BadValue(fmt::format("{}: the number is out of range", Place(path)));
}

base::Error MissingField(const std::string& path, std::string_view field) {
  return BadValue(fmt::format("{}: the field '{}' is missing", Place(path), field));
}

base::Error UnknownWord(const std::string& path, std::string_view word, std::string_view known) {
  return BadValue(
      fmt::format("{}: unknown word {} (known: {})", Place(path), base::Quoted(word), known));
}

}  // namespace surface::detail
