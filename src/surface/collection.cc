#include "surface/collection.h"

#include <map>

#include "base/bug.h"
#include "base/text.h"
#include "surface/value_limit.h"

namespace surface {
namespace {

/// A message is closed when it has grown past this; well below the 1 MiB at which design.md section
/// 3 wants snapshots in parts, so that a part never holds up a session's other feeds for long.
constexpr size_t kPartBytes = size_t{256} << 10;

using Parts = std::vector<std::string>;

void AppendEntry(std::string& out, const CollectionState::Item& item, bool& first) {
  if (!first) {
    out.push_back(',');
  }
  first = false;
  base::AppendJsonString(out, item.key);
  out.push_back(':');
  out += item.json;
}

/// The whole collection as JSON objects of about kPartBytes each, at least one.
Parts CutSnapshot(const CollectionState& state) {
  Parts parts(1);
  bool first = true;
  for (const auto& item : state.items()) {
    if (item.json.empty()) {
      continue;
    }
    if (parts.back().size() > kPartBytes) {
      parts.emplace_back();
      first = true;
    }
    AppendEntry(parts.back(), item, first);
  }
  return parts;
}

class CollectionFeed final : public Feed {
 public:
  CollectionFeed(std::shared_ptr<CollectionState> state,
                 std::unique_ptr<Wakers::Registration> registration)
      : state_(std::move(state)), registration_(std::move(registration)) {
    CutNow();
  }

  Progress Next(std::string& out) override {
    if (next_part_ == parts_.size() && sent_ < state_->forgotten()) {
      fresh_ = true;
      CutNow();
    }
    if (next_part_ < parts_.size()) {
      AppendPart(out);
      return Progress::kMessage;
    }
    if (sent_ == state_->version()) {
      return Progress::kIdle;
    }
    AppendDelta(out);
    return Progress::kMessage;
  }

 private:
  void CutNow() {
    parts_ = CutSnapshot(*state_);
    next_part_ = 0;
    sent_ = state_->version();
#ifdef ODU_CHECK_DELTAS
    applied_.clear();
    for (const auto& item : state_->items()) {
      if (!item.json.empty()) {
        applied_[item.key] = item.json;
      }
    }
#endif
  }

  void AppendPart(std::string& out) {
    out += ",\"snapshot\":{";
    out += parts_[next_part_];
    out.push_back('}');
    if (fresh_) {
      out += ",\"fresh\":true";
    }
    ++next_part_;
    if (next_part_ < parts_.size()) {
      out += ",\"more\":true";
      return;
    }
    fresh_ = false;
    Parts().swap(parts_);
    next_part_ = 0;
    AppendVersion(out);
  }

  void AppendVersion(std::string& out) const {
    out += ",\"version\":";
    out += std::to_string(sent_);
  }

  void AppendDelta(std::string& out) {
    auto first_new = state_->items().end();
    while (first_new != state_->items().begin() && std::prev(first_new)->version > sent_) {
      --first_new;
    }
    std::string removed;
    bool first = true;
    const size_t start = out.size();
    out += ",\"upsert\":{";
    for (auto item = first_new; item != state_->items().end(); ++item) {
      if (out.size() - start + removed.size() > kPartBytes) {
        break;
      }
      if (item->json.empty()) {
        removed += removed.empty() ? "" : ",";
        base::AppendJsonString(removed, item->key);
      } else {
        AppendEntry(out, *item, first);
      }
      Apply(*item);
      sent_ = item->version;
    }
    out.push_back('}');
    if (!removed.empty()) {
      out += ",\"remove\":[" + removed + "]";
    }
    Check();
    AppendVersion(out);
  }

  void Apply([[maybe_unused]] const CollectionState::Item& item) {
#ifdef ODU_CHECK_DELTAS
    if (item.json.empty()) {
      applied_.erase(item.key);
    } else {
      applied_[item.key] = item.json;
    }
#endif
  }

  void Check() const {
#ifdef ODU_CHECK_DELTAS
    if (sent_ != state_->version()) {
      return;
    }
    BUG_IF(applied_.size() != state_->size(), "a collection's deltas do not add up to its items");
    for (const auto& [key, json] : applied_) {
      const std::string* current = state_->Find(key);
      BUG_IF(current == nullptr || *current != json, "a collection's delta lost a change");
    }
#endif
  }

  std::shared_ptr<CollectionState> state_;
  std::unique_ptr<Wakers::Registration> registration_;
  Parts parts_;
  size_t next_part_ = 0;
  uint64_t sent_ = 0;
  bool fresh_ = false;
#ifdef ODU_CHECK_DELTAS
  std::map<std::string, std::string> applied_;
#endif
};

}  // namespace

const std::string* CollectionState::Find(std::string_view key) const {
  const auto found = index_.find(key);
  if (found == index_.end() || found->second->json.empty()) {
    return nullptr;
  }
  return &found->second->json;
}

bool CollectionState::Put(std::string_view key, std::string json) {
  BUG_IF(json.empty(), "an item without JSON text");
  const auto found = index_.find(key);
  if (found == index_.end()) {
    items_.push_back(Item{std::string(key), std::move(json), ++version_});
    index_.emplace(items_.back().key, std::prev(items_.end()));
    return true;
  }
  Item& item = *found->second;
  if (item.json == json) {
    return false;
  }
  if (item.json.empty()) {
    --tombstones_;
  }
  item.json = std::move(json);
  item.version = ++version_;
  items_.splice(items_.end(), items_, found->second);
  return true;
}

bool CollectionState::Remove(std::string_view key) {
  const auto found = index_.find(key);
  if (found == index_.end() || found->second->json.empty()) {
    return false;
  }
  Item& item = *found->second;
  item.json.clear();
  item.version = ++version_;
  items_.splice(items_.end(), items_, found->second);
  ++tombstones_;
  ForgetOldTombstones();
  return true;
}

void CollectionState::ForgetOldTombstones() {
  // Amortised: let twice the bound gather, then drop the older half in one pass.
  if (tombstones_ <= 2 * kMaxTombstones) {
    return;
  }
  for (auto item = items_.begin(); item != items_.end() && tombstones_ > kMaxTombstones;) {
    if (!item->json.empty()) {
      ++item;
      continue;
    }
    forgotten_ = item->version;
    index_.erase(item->key);
    item = items_.erase(item);
    --tombstones_;
  }
}

base::Result<std::unique_ptr<Feed>> RawCollectionSource::Open(const base::json::value& /*input*/,
                                                              Waker waker) {
  return std::make_unique<CollectionFeed>(state_, wakers_.Add(std::move(waker)));
}

base::Result<void> RawCollectionSource::PutRaw(std::string_view key, std::string json) {
  if (key.size() + json.size() > kMaxValueBytes / 8) {
    // Only then is it worth asking what the key is as JSON.
    std::string quoted_key;
    base::AppendJsonString(quoted_key, key);
    auto fits = CheckValueSize("item " + base::Quoted(key), quoted_key.size() + json.size());
    if (!fits) {
      return fits;
    }
  }
  if (state_->Put(key, std::move(json))) {
    wakers_.WakeAll();
  }
  return {};
}

void RawCollectionSource::Remove(std::string_view key) {
  if (state_->Remove(key)) {
    wakers_.WakeAll();
  }
}

void RawCollectionSource::Clear() {
  std::vector<std::string> keys;
  for (const auto& item : state_->items()) {
    if (!item.json.empty()) {
      keys.push_back(item.key);
    }
  }
  for (const std::string& key : keys) {
    state_->Remove(key);
  }
  if (!keys.empty()) {
    wakers_.WakeAll();
  }
}

}  // namespace surface
