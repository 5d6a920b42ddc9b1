#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "surface/contract.h"
#include "surface/source.h"
#include "surface/wakers.h"

namespace surface {

/// The untyped state of a collection: items as JSON text in a list ordered by the version of their
/// last change, newest last. "What changed since version v" is the list's tail, so a delta costs
/// the changes and not the collection, and a subscriber is only a version.
///
/// Invariants: 1. versions strictly rise along the list. 2. a removed key stays in the list as a
/// tombstone until more than kMaxTombstones newer ones exist. 3. a subscriber older than the newest
/// forgotten tombstone cannot be told its removals and must get a fresh snapshot.
class CollectionState {
 public:
  static constexpr size_t kMaxTombstones = 4096;

  struct Item {
    std::string key;
    std::string json;  ///< empty for a tombstone
    uint64_t version = 0;
  };
  using Items = std::list<Item>;

  uint64_t version() const { return version_; }
  /// Live items.
  size_t size() const { return index_.size() - tombstones_; }
  const Items& items() const { return items_; }
  /// The newest version whose removal has been forgotten.
  uint64_t forgotten() const { return forgotten_; }
  /// The JSON text of `key`, null when there is none.
  const std::string* Find(std::string_view key) const;

  bool Put(std::string_view key, std::string json);
  bool Remove(std::string_view key);

 private:
  struct KeyHash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };

  void ForgetOldTombstones();

  uint64_t version_ = 1;
  uint64_t forgotten_ = 0;
  size_t tombstones_ = 0;
  Items items_;
  std::unordered_map<std::string_view, Items::iterator, KeyHash, std::equal_to<>> index_;
};

/// A collection as a source, untyped; `CollectionSource<T>` is the typed way in.
///
/// Messages: the snapshot in parts cut at one version, `,"snapshot":{key:value…},"more":true` and
/// last `,"snapshot":{…},"version":N`; then `,"upsert":{…},"remove":[…],"version":N`. A snapshot
/// that replaces what a laggard had is marked `"fresh":true`. A delta too large for one message
/// comes in several; its last one carries the version.
class RawCollectionSource : public Source {
 public:
  base::Result<std::unique_ptr<Feed>> Open(const base::json::value& input, Waker waker) override;

  /// Sets one item from its JSON text. kLimit "value_too_large": it stays as it was, because no
  /// subscriber could be told.
  base::Result<void> PutRaw(std::string_view key, std::string json);
  void Remove(std::string_view key);
  /// Removes every item.
  void Clear();

  const CollectionState& state() const { return *state_; }

 private:
  std::shared_ptr<CollectionState> state_ = std::make_shared<CollectionState>();
  Wakers wakers_;
};

/// Publishes keyed values. Owned by the domain; must outlive the server it is bound to.
template <class T>
class CollectionSource final : public RawCollectionSource {
 public:
  base::Result<void> Put(std::string_view key, const T& value) {
    return PutRaw(key, Encoded(value));
  }
};

}  // namespace surface
