#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"

namespace base {

namespace json = boost::json;

/// Bounds on one JSON text from outside; both are refused before memory is spent on them.
struct JsonLimits {
  size_t bytes = size_t{8} << 20;
  size_t depth = 64;
};

/// Parses one JSON text strictly (RFC 8259, valid UTF-8). Failure: kInput, code "bad_json", with
/// line and column in the message; `what` names the text ("hosts.json", "message").
Result<json::value> ParseJson(std::string_view text, std::string_view what, JsonLimits limits = {});

/// Appends `text` to `out` as a JSON string, quotes included. Bytes that are not UTF-8 become
/// U+FFFD each: one odd file name must not make a whole message unreadable.
void AppendJsonString(std::string& out, std::string_view text);

}  // namespace base
