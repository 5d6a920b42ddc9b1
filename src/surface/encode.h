#pragma once

#include <charconv>
#include <cmath>
#include <string>

#include "base/json.h"
#include "surface/shape.h"

/// Values to JSON text, appended straight to the output buffer.
namespace surface {

template <class T>
void Encode(std::string& out, const T& value);

namespace detail {

template <class T>
void EncodeFields(std::string& out, const T& value) {
  bool first = true;
  boost::mp11::mp_for_each<PublicMembers<T>>([&](auto d) {
    if (!first) {
      out.push_back(',');
    }
    first = false;
    out.push_back('"');
    out += d.name;
    out += "\":";
    Encode(out, value.*d.pointer);
  });
}

template <class N>
void EncodeNumber(std::string& out, N number) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
  out.append(buffer, end);
}

}  // namespace detail

/// Appends `value` as JSON text. Bytes of strings that are not UTF-8 are replaced (base/json.h).
template <class T>
void Encode(std::string& out, const T& value) {
  if constexpr (std::is_same_v<T, base::json::value>) {
    out += base::json::serialize(value);
  } else if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_integral_v<T>) {
    detail::EncodeNumber(out, value);
  } else if constexpr (std::is_floating_point_v<T>) {
    if (std::isfinite(value)) {
      detail::EncodeNumber(out, value);
    } else {
      out += "null";
    }
  } else if constexpr (std::is_same_v<T, std::string>) {
    base::AppendJsonString(out, value);
  } else if constexpr (DescribedEnum<T>) {
    out.push_back('"');
    out += EnumWord(value);
    out.push_back('"');
  } else if constexpr (IsOptional<T>::value) {
    if (value) {
      Encode(out, *value);
    } else {
      out += "null";
    }
  } else if constexpr (IsVector<T>::value) {
    out.push_back('[');
    for (size_t i = 0; i < value.size(); ++i) {
      if (i > 0) {
        out.push_back(',');
      }
      Encode(out, value[i]);
    }
    out.push_back(']');
  } else if constexpr (IsMap<T>::value) {
    out.push_back('{');
    bool first = true;
    for (const auto& [key, item] : value) {
      if (!first) {
        out.push_back(',');
      }
      first = false;
      base::AppendJsonString(out, key);
      out.push_back(':');
      Encode(out, item);
    }
    out.push_back('}');
  } else {
    static_assert(DescribedStruct<T>, "describe the type with BOOST_DESCRIBE_STRUCT");
    out.push_back('{');
    detail::EncodeFields(out, value);
    out.push_back('}');
  }
}

/// `value` as JSON text.
template <class T>
std::string Encoded(const T& value) {
  std::string out;
  Encode(out, value);
  return out;
}

}  // namespace surface
