#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "surface/codec.h"
#include "surface/schema.h"

/// The declaration of a surface. A surface is a struct with `kName`, `kMajor`, `kMinor`, one
/// constant for each member and `Members()`, the tuple of them all; everything else (server
/// binding, typed client, JSON Schema, hash) is derived from it. A member and its types appear
/// nowhere else.
///
///   struct Counter {
///     static constexpr std::string_view kName = "counter";
///     static constexpr int kMajor = 1, kMinor = 0;
///     static constexpr surface::Cell<CounterState> counter{"counter"};
///     static constexpr surface::Procedure<AddRequest, CounterState> add{"counter.add"};
///     static constexpr auto Members() { return std::tuple{counter, add}; }
///   };
namespace surface {

enum class MemberKind { kCell, kCollection, kStream, kEvent, kProcedure };
BOOST_DESCRIBE_ENUM(MemberKind, kCell, kCollection, kStream, kEvent, kProcedure)

/// One value: snapshot, then deltas of its changed fields. The value must be a described struct.
template <class V>
struct Cell {
  using Input = Nothing;
  using Value = V;
  static constexpr MemberKind kKind = MemberKind::kCell;
  std::string_view name;
};

/// Values keyed by string: snapshot, then upserts and removals.
template <class V>
struct Collection {
  using Input = Nothing;
  using Value = V;
  static constexpr MemberKind kKind = MemberKind::kCollection;
  std::string_view name;
};

/// Position-addressed bytes: everything from the offset asked for, then appends, then the end.
/// The input must have a field `offset` (bytes from the start).
template <class I>
struct Stream {
  using Input = I;
  using Value = Nothing;
  static constexpr MemberKind kKind = MemberKind::kStream;
  std::string_view name;
};

/// Transient occurrences, from now on.
template <class V>
struct Event {
  using Input = Nothing;
  using Value = V;
  static constexpr MemberKind kKind = MemberKind::kEvent;
  std::string_view name;
};

/// One request, one typed reply or one typed error.
template <class Req, class Rep>
struct Procedure {
  using Input = Req;
  using Value = Rep;
  static constexpr MemberKind kKind = MemberKind::kProcedure;
  std::string_view name;
};

/// Who speaks: additive changes raise `minor`, others `major`; the same major talks.
struct ContractId {
  std::string name;
  int major = 0;
  int minor = 0;
  bool operator==(const ContractId&) const = default;
  static constexpr std::array<std::string_view, 3> kRequired{"name", "major", "minor"};
};
BOOST_DESCRIBE_STRUCT(ContractId, (), (name, major, minor))

/// One member as `surface.describe` tells it.
struct MemberDescription {
  std::string name;
  MemberKind kind = MemberKind::kCell;
  base::json::value input;
  base::json::value value;
};
BOOST_DESCRIBE_STRUCT(MemberDescription, (), (name, kind, input, value))

/// A whole surface as `surface.describe` tells it. `hash` is for diagnosis only.
struct ContractDescription {
  ContractId contract;
  std::string hash;
  std::vector<MemberDescription> members;
};
BOOST_DESCRIBE_STRUCT(ContractDescription, (), (contract, hash, members))

/// Fills in the hash of a description whose other fields are set.
void SetHash(ContractDescription& description);

template <class S>
ContractId IdOf() {
  return ContractId{std::string(S::kName), S::kMajor, S::kMinor};
}

/// The description derived from a declaration.
template <class S>
ContractDescription DescribeSurface() {
  ContractDescription description;
  description.contract = IdOf<S>();
  std::apply(
      [&](auto... member) {
        (description.members.push_back(MemberDescription{
             std::string(member.name), member.kKind, Schema<typename decltype(member)::Input>(),
             Schema<typename decltype(member)::Value>()}),
         ...);
      },
      S::Members());
  SetHash(description);
  return description;
}

}  // namespace surface
