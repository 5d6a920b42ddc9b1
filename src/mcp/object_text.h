#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"

namespace mcp {

/// A JSON object put together as text, field by field. Nothing looks for names given twice.
class ObjectText {
 public:
  /// Goes on with an object that was put together before: `{…}`.
  static ObjectText Of(std::string object) {
    object.pop_back();
    ObjectText text;
    text.text_ = std::move(object);
    return text;
  }

  /// `json` is a whole JSON text.
  ObjectText& Raw(std::string_view name, std::string_view json) {
    text_ += text_.size() > 1 ? "," : "";
    base::AppendJsonString(text_, name);
    text_ += ':';
    text_ += json;
    return *this;
  }
  ObjectText& Text(std::string_view name, std::string_view value) {
    std::string quoted;
    base::AppendJsonString(quoted, value);
    return Raw(name, quoted);
  }
  ObjectText& Json(std::string_view name, const base::json::value& value) {
    return Raw(name, base::json::serialize(value));
  }
  ObjectText& Number(std::string_view name, int64_t value) {
    return Raw(name, std::to_string(value));
  }
  ObjectText& Flag(std::string_view name, bool value) {
    return Raw(name, value ? "true" : "false");
  }
  /// The same, left out when `value` is empty.
  ObjectText& TextIfAny(std::string_view name, std::string_view value) {
    return value.empty() ? *this : Text(name, value);
  }

  /// The object; nothing may be added afterwards.
  std::string Take() {
    text_ += '}';
    return std::move(text_);
  }

 private:
  std::string text_ = "{";
};

/// JSON texts as an array.
class ArrayText {
 public:
  void Add(std::string_view json) {
    text_ += text_.size() > 1 ? "," : "";
    text_ += json;
  }
  std::string Take() {
    text_ += ']';
    return std::move(text_);
  }

 private:
  std::string text_ = "[";
};

}  // namespace mcp
