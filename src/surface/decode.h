#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/json.h"
#include "surface/shape.h"

/// JSON to values: every field is validated, and the first thing that is wrong is named with its
/// place ("nodes[3].status").
namespace surface {

namespace detail {

base::Error WrongType(const std::string& path, std::string_view wanted);
base::Error OutOfRange(const std::string& path);
base::Error MissingField(const std::string& path, std::string_view field);
base::Error UnknownWord(const std::string& path, std::string_view word, std::string_view known);

/// Pushes one step onto a path and takes it back at the end of the scope.
class PathStep {
 public:
  PathStep(std::string& path, std::string_view field) : path_(path), length_(path.size()) {
    if (!path_.empty()) {
      path_.push_back('.');
    }
    path_ += field;
  }
  PathStep(std::string& path, size_t index) : path_(path), length_(path.size()) {
    path_.push_back('[');
    path_ += std::to_string(index);
    path_.push_back(']');
  }
  ~PathStep() { path_.resize(length_); }
  PathStep(const PathStep&) = delete;
  PathStep& operator=(const PathStep&) = delete;

 private:
  std::string& path_;
  size_t length_;
};

template <class T>
base::Result<void> DecodeInto(const base::json::value& json, T& out, std::string& path);

template <class T>
base::Result<void> DecodeInteger(const base::json::value& json, T& out, const std::string& path) {
  if (const auto* number = json.if_int64()) {
    if (!std::in_range<T>(*number)) {
      return base::Pass(OutOfRange(path));
    }
    out = static_cast<T>(*number);
    return {};
  }
  if (const auto* number = json.if_uint64()) {
    if (!std::in_range<T>(*number)) {
      return base::Pass(OutOfRange(path));
    }
    out = static_cast<T>(*number);
    return {};
  }
  return base::Pass(WrongType(path, "an integer"));
}

template <class T>
base::Result<void> DecodeEnum(const base::json::value& json, T& out, const std::string& path) {
  const auto* word = json.if_string();
  if (word == nullptr) {
    return base::Pass(WrongType(path, "a string"));
  }
  std::string known;
  for (const auto& [value, name] : EnumWords<T>()) {
    if (name == std::string_view(*word)) {
      out = value;
      return {};
    }
    known += known.empty() ? name : ", " + name;
  }
  return base::Pass(UnknownWord(path, std::string_view(*word), known));
}

template <class T>
base::Result<void> DecodeStruct(const base::json::value& json, T& out, std::string& path) {
  const auto* object = json.if_object();
  if (object == nullptr) {
    return base::Pass(WrongType(path, "an object"));
  }
  base::Result<void> result;
  boost::mp11::mp_for_each<PublicMembers<T>>([&](auto d) {
    if (!result) {
      return;
    }
    const base::json::value* field = object->if_contains(d.name);
    if (field == nullptr) {
      if (IsRequired<T>(d.name)) {
        result = base::Pass(MissingField(path, d.name));
      }
      return;
    }
    const PathStep step(path, std::string_view(d.name));
    result = DecodeInto(*field, out.*d.pointer, path);
  });
  return result;
}

template <class T>
base::Result<void> DecodeInto(const base::json::value& json, T& out, std::string& path) {
  if constexpr (std::is_same_v<T, base::json::value>) {
    out = json;
    return {};
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!json.is_bool()) {
      return base::Pass(WrongType(path, "true or false"));
    }
    out = json.get_bool();
    return {};
  } else if constexpr (std::is_integral_v<T>) {
    return DecodeInteger(json, out, path);
  } else if constexpr (std::is_floating_point_v<T>) {
    if (json.is_null()) {
      out = std::numeric_limits<T>::quiet_NaN();  // what Encode makes of it
      return {};
    }
    if (!json.is_number()) {
      return base::Pass(WrongType(path, "a number"));
    }
    out = json.to_number<T>();
    return {};
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (!json.is_string()) {
      return base::Pass(WrongType(path, "a string"));
    }
    out.assign(json.get_string().data(), json.get_string().size());
    return {};
  } else if constexpr (DescribedEnum<T>) {
    return DecodeEnum(json, out, path);
  } else if constexpr (IsOptional<T>::value) {
    if (json.is_null()) {
      out.reset();
      return {};
    }
    return DecodeInto(json, out.emplace(), path);
  } else if constexpr (IsVector<T>::value) {
    const auto* array = json.if_array();
    if (array == nullptr) {
      return base::Pass(WrongType(path, "an array"));
    }
    out.clear();
    out.reserve(array->size());
    for (size_t i = 0; i < array->size(); ++i) {
      const PathStep step(path, i);
      typename T::value_type item{};
      if (auto decoded = DecodeInto((*array)[i], item, path); !decoded) {
        return decoded;
      }
      out.push_back(std::move(item));
    }
    return {};
  } else if constexpr (IsMap<T>::value) {
    const auto* object = json.if_object();
    if (object == nullptr) {
      return base::Pass(WrongType(path, "an object"));
    }
    out.clear();
    for (const auto& [key, value] : *object) {
      const PathStep step(path, std::string_view(key));
      if (auto decoded = DecodeInto(value, out[std::string(key)], path); !decoded) {
        return decoded;
      }
    }
    return {};
  } else {
    static_assert(DescribedStruct<T>, "describe the type with BOOST_DESCRIBE_STRUCT");
    return DecodeStruct(json, out, path);
  }
}

}  // namespace detail

/// Reads a T out of `json`. Failure: kInput, code "bad_value", the place named. Unknown fields are
/// ignored (a newer peer may send them), absent ones keep their default unless required.
template <class T>
base::Result<T> Decode(const base::json::value& json) {
  T value{};
  std::string path;
  if (auto decoded = detail::DecodeInto(json, value, path); !decoded) {
    return base::Pass(decoded.error());
  }
  return value;
}

/// Parses JSON text and reads a T out of it.
template <class T>
base::Result<T> DecodeText(std::string_view text, std::string_view what) {
  auto json = base::ParseJson(text, what);
  if (!json) {
    return base::Pass(json.error());
  }
  auto value = Decode<T>(*json);
  if (!value) {
    return base::Pass(value.error().In(what));
  }
  return value;
}

}  // namespace surface
