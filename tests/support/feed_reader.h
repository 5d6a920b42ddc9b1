#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/json.h"
#include "surface/source.h"

namespace support {

/// Pulls one feed by hand, as a session does, and counts how often it was woken.
class FeedReader {
 public:
  explicit FeedReader(surface::Source& source,
                      const base::json::value& input = base::json::object{}) {
    auto opened = source.Open(input, [this] { ++wakes_; });
    if (opened) {
      feed_ = std::move(*opened);
    } else {
      refusal_ = opened.error();
    }
  }

  /// The next message's fields; nothing when the feed is idle or over.
  std::optional<base::json::object> Next() {
    std::string fields;
    last_ = feed_->Next(fields);
    if (last_ == surface::Feed::Progress::kIdle) {
      EXPECT_EQ(fields, "");
      return std::nullopt;
    }
    text_ = fields;
    auto json = base::ParseJson("{\"subscription\":1" + fields + "}", "message");
    EXPECT_TRUE(json.has_value()) << fields;
    return json ? std::optional(json->as_object()) : std::nullopt;
  }

  bool ended() const { return last_ == surface::Feed::Progress::kEnded; }
  /// The last message's fields as they go over the wire.
  const std::string& text() const { return text_; }
  size_t wakes() const { return wakes_; }
  const std::optional<base::Error>& refusal() const { return refusal_; }

 private:
  size_t wakes_ = 0;
  std::unique_ptr<surface::Feed> feed_;
  std::optional<base::Error> refusal_;
  surface::Feed::Progress last_ = surface::Feed::Progress::kIdle;
  std::string text_;
};

/// A subscriber's copy of a cell: snapshot, then deltas field by field.
class CellCopy {
 public:
  void Apply(const base::json::object& message) {
    if (const auto* snapshot = message.if_contains("snapshot")) {
      fields_ = snapshot->as_object();
    }
    if (const auto* delta = message.if_contains("delta")) {
      for (const auto& [name, value] : delta->as_object()) {
        fields_[name] = value;
      }
    }
  }
  const base::json::object& fields() const { return fields_; }

 private:
  base::json::object fields_;
};

/// A subscriber's copy of a collection.
class CollectionCopy {
 public:
  using Items = std::map<std::string, std::string>;

  void Apply(const base::json::object& message) {
    if (const auto* snapshot = message.if_contains("snapshot")) {
      for (const auto& [key, value] : snapshot->as_object()) {
        parts_[std::string(key)] = base::json::serialize(value);
      }
      fresh_ += message.contains("fresh") && !message.contains("more") ? 1 : 0;
      if (!message.contains("more")) {
        items_ = std::exchange(parts_, {});
      }
      return;
    }
    for (const auto& [key, value] : message.at("upsert").as_object()) {
      items_[std::string(key)] = base::json::serialize(value);
    }
    if (const auto* removed = message.if_contains("remove")) {
      for (const auto& key : removed->as_array()) {
        items_.erase(std::string(key.as_string()));
      }
    }
  }
  const Items& items() const { return items_; }
  size_t fresh_snapshots() const { return fresh_; }

 private:
  Items items_;
  Items parts_;
  size_t fresh_ = 0;
};

}  // namespace support
