#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "surface/contract.h"
#include "surface/source.h"
#include "surface/wakers.h"

namespace surface {

/// The untyped state of a cell: each top-level field as JSON text with the version of its last
/// change. A subscriber is only a version, so a delta is "the fields changed since" and any number
/// of missed changes coalesce into one message.
///
/// Messages: `,"snapshot":{…},"version":N` first, then `,"delta":{changed fields},"version":N`.
class CellState {
 public:
  struct Field {
    std::string name;
    std::string json;
    uint64_t version = 0;
  };

  uint64_t version() const { return version_; }
  const std::vector<Field>& fields() const { return fields_; }

  /// The newest version at which a field went away or changed its place (a mirror's upstream became
  /// another build): whoever is older needs a snapshot.
  uint64_t reshaped() const { return reshaped_; }

  /// Replaces the whole value. Returns whether anything changed.
  bool Assign(std::vector<std::pair<std::string, std::string>> fields);

  void AppendSnapshot(std::string& out) const;
  /// Fields changed after `since`, as a JSON object.
  void AppendDelta(std::string& out, uint64_t since) const;

 private:
  uint64_t version_ = 0;
  uint64_t reshaped_ = 0;
  std::vector<Field> fields_;
};

/// A cell as a source, untyped; `CellSource<T>` is the typed way in.
class RawCellSource : public Source {
 public:
  base::Result<std::unique_ptr<Feed>> Open(const base::json::value& input, Waker waker) override;

  /// Sets the value from encoded fields and wakes the subscribers if it changed. kLimit
  /// "value_too_large": it stays as it was, because no subscriber could be told.
  base::Result<void> AssignRaw(std::vector<std::pair<std::string, std::string>> fields);

  /// Before the first value a subscriber waits; with one it gets the snapshot at once.
  bool has_value() const { return state_->version() > 0; }
  const CellState& state() const { return *state_; }

 private:
  std::shared_ptr<CellState> state_ = std::make_shared<CellState>();
  Wakers wakers_;
};

/// Encodes the top-level fields of a described struct one by one.
template <DescribedStruct T>
std::vector<std::pair<std::string, std::string>> EncodeEachField(const T& value) {
  std::vector<std::pair<std::string, std::string>> fields;
  boost::mp11::mp_for_each<PublicMembers<T>>(
      [&](auto d) { fields.emplace_back(d.name, Encoded(value.*d.pointer)); });
  return fields;
}

/// Publishes one value. Owned by the domain; must outlive the server it is bound to.
template <DescribedStruct T>
class CellSource final : public RawCellSource {
 public:
  base::Result<void> Set(const T& value) { return AssignRaw(EncodeEachField(value)); }
};

}  // namespace surface
