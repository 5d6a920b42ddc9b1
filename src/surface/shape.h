#pragma once

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>
#include <cctype>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

/// The value types a surface can carry, told apart at compile time. A type is one of: bool,
/// integer, double, std::string, described enum, std::optional, std::vector, std::map<std::string,
/// T>, described struct, or a raw JSON value.
namespace surface {

template <class T>
using PublicMembers = boost::describe::describe_members<T, boost::describe::mod_public |
                                                               boost::describe::mod_inherited>;

template <class T>
concept DescribedStruct =
    std::is_class_v<T> && boost::describe::has_describe_members<T>::value && !std::is_union_v<T>;

template <class T>
concept DescribedEnum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

template <class T>
struct IsMap : std::false_type {};
template <class T>
struct IsMap<std::map<std::string, T>> : std::true_type {};

/// A struct may name the fields that a message must carry:
/// `static constexpr std::array<std::string_view, N> kRequired{...}`. All others default when
/// absent, which is what lets a minor version add fields.
template <class T>
concept HasRequired = requires { T::kRequired; };

template <class T>
constexpr bool IsRequired(std::string_view field) {
  if constexpr (HasRequired<T>) {
    for (std::string_view name : T::kRequired) {
      if (name == field) {
        return true;
      }
    }
  }
  return false;
}

/// The wire word of an enumerator: `kTimedOut` is "timed_out".
inline std::string EnumeratorWord(std::string_view enumerator) {
  std::string word;
  const size_t start = enumerator.starts_with('k') ? 1 : 0;
  for (size_t i = start; i < enumerator.size(); ++i) {
    const auto byte = static_cast<unsigned char>(enumerator[i]);
    if (std::isupper(byte) != 0 && i > start) {
      word.push_back('_');
    }
    word.push_back(static_cast<char>(std::tolower(byte)));
  }
  return word;
}

/// All words of a described enum in declaration order.
template <DescribedEnum E>
const std::vector<std::pair<E, std::string>>& EnumWords() {
  static const auto words = [] {
    std::vector<std::pair<E, std::string>> list;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>(
        [&](auto d) { list.emplace_back(d.value, EnumeratorWord(d.name)); });
    return list;
  }();
  return words;
}

/// The wire word of a described enum's value.
template <DescribedEnum E>
std::string_view EnumWord(E value) {
  for (const auto& [candidate, word] : EnumWords<E>()) {
    if (candidate == value) {
      return word;
    }
  }
  return "unknown";
}

}  // namespace surface
