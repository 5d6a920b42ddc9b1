#pragma once

#include <limits>

#include "base/json.h"
#include "surface/shape.h"

namespace surface {

/// The JSON Schema (2020-12, inline, no $ref) of a surface value type.
template <class T>
base::json::value Schema() {
  using base::json::array;
  using base::json::object;
  if constexpr (std::is_same_v<T, base::json::value>) {
    return object{};
  } else if constexpr (std::is_same_v<T, bool>) {
    return object{{"type", "boolean"}};
  } else if constexpr (std::is_integral_v<T>) {
    return object{{"type", "integer"}};
  } else if constexpr (std::is_floating_point_v<T>) {
    return object{{"type", "number"}};
  } else if constexpr (std::is_same_v<T, std::string>) {
    return object{{"type", "string"}};
  } else if constexpr (DescribedEnum<T>) {
    array words;
    for (const auto& [value, word] : EnumWords<T>()) {
      words.emplace_back(word);
    }
    return object{{"type", "string"}, {"enum", std::move(words)}};
  } else if constexpr (IsOptional<T>::value) {
    array either;
    either.push_back(Schema<typename T::value_type>());
    either.push_back(object{{"type", "null"}});
    return object{{"anyOf", std::move(either)}};
  } else if constexpr (IsVector<T>::value) {
    return object{{"type", "array"}, {"items", Schema<typename T::value_type>()}};
  } else if constexpr (IsMap<T>::value) {
    return object{{"type", "object"}, {"additionalProperties", Schema<typename T::mapped_type>()}};
  } else {
    static_assert(DescribedStruct<T>, "describe the type with BOOST_DESCRIBE_STRUCT");
    object properties;
    array required;
    boost::mp11::mp_for_each<PublicMembers<T>>([&](auto d) {
      using Field = std::remove_cvref_t<decltype(std::declval<T&>().*d.pointer)>;
      properties[d.name] = Schema<Field>();
      if (IsRequired<T>(d.name)) {
        required.emplace_back(d.name);
      }
    });
    object schema{{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) {
      schema["required"] = std::move(required);
    }
    return schema;
  }
}

}  // namespace surface
