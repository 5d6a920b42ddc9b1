#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "surface/client.h"

/// The typed subscriptions of surface::Client: how a subscriber's side applies what a feed sends.
namespace surface {

namespace detail {

/// How many occurrences are lost, as the params of an event's `surface.next` say; 0 when they speak
/// of an occurrence.
uint64_t MissedIn(const base::json::object& params);

/// Reports a refusal or an end to `on_error`, if anybody wants to hear.
inline std::function<void(base::Result<base::json::object>)> ErrorOnly(
    std::function<void(const base::Error&)> on_error) {
  return [on_error = std::move(on_error)](base::Result<base::json::object> end) {
    if (!end && on_error) {
      on_error(end.error());
    }
  };
}

/// Calls `use` with the decoded value, or `on_error` with what is wrong with it.
template <class T, class F>
void UseDecoded(const base::json::value& json,
                const std::function<void(const base::Error&)>& on_error, F use) {
  auto value = Decode<T>(json);
  if (value) {
    use(std::move(*value));
  } else if (on_error) {
    on_error(value.error());
  }
}

template <class T>
void ApplySnapshot(const base::json::object& params, std::map<std::string, T>& parts,
                   const CollectionHandler<T>& handler,
                   const std::function<void(const base::Error&)>& on_error) {
  if (const auto* items = params.at("snapshot").if_object()) {
    for (const auto& [key, json] : *items) {
      UseDecoded<T>(json, on_error, [&](T item) { parts.insert_or_assign(key, std::move(item)); });
    }
  }
  if (params.contains("more")) {
    return;
  }
  if (handler.on_snapshot) {
    handler.on_snapshot(std::exchange(parts, {}), params.contains("fresh"));
  }
}

template <class T>
void ApplyDelta(const base::json::object& params, const CollectionHandler<T>& handler,
                const std::function<void(const base::Error&)>& on_error) {
  if (const auto* upserts = params.if_contains("upsert");
      upserts != nullptr && upserts->is_object()) {
    for (const auto& [key, json] : upserts->get_object()) {
      UseDecoded<T>(json, on_error, [&](T item) {
        if (handler.on_upsert) {
          handler.on_upsert(std::string(key), std::move(item));
        }
      });
    }
  }
  if (const auto* removals = params.if_contains("remove");
      removals != nullptr && removals->is_array()) {
    for (const auto& key : removals->get_array()) {
      if (key.is_string() && handler.on_remove) {
        handler.on_remove(std::string(key.get_string()));
      }
    }
  }
}

}  // namespace detail

template <class T>
int64_t Client::Subscribe(const Cell<T>& cell, std::function<void(const T&)> on_value,
                          std::function<void(const base::Error&)> on_error) {
  auto known = std::make_shared<base::json::value>(base::json::object{});
  RawHandler handler;
  handler.on_next = [known, on_value = std::move(on_value),
                     on_error](const base::json::object& params) {
    if (const auto* snapshot = params.if_contains("snapshot")) {
      *known = *snapshot;
    } else if (const auto* delta = params.if_contains("delta");
               delta != nullptr && delta->is_object() && known->is_object()) {
      for (const auto& [field, json] : delta->get_object()) {
        known->get_object()[field] = json;
      }
    }
    detail::UseDecoded<T>(*known, on_error, [&](T value) { on_value(value); });
  };
  handler.on_end = detail::ErrorOnly(std::move(on_error));
  return SubscribeRaw(cell.name, "{}", std::move(handler));
}

template <class T>
int64_t Client::Subscribe(const Collection<T>& collection, CollectionHandler<T> typed,
                          std::function<void(const base::Error&)> on_error) {
  auto parts = std::make_shared<std::map<std::string, T>>();
  RawHandler handler;
  handler.on_next = [parts, typed = std::move(typed), on_error](const base::json::object& params) {
    if (params.contains("snapshot")) {
      detail::ApplySnapshot(params, *parts, typed, on_error);
    } else {
      detail::ApplyDelta(params, typed, on_error);
    }
    if (!params.contains("more") && typed.on_batch) {
      typed.on_batch();
    }
  };
  handler.on_end = detail::ErrorOnly(std::move(on_error));
  return SubscribeRaw(collection.name, "{}", std::move(handler));
}

template <class T>
int64_t Client::Subscribe(const Event<T>& event, std::function<void(const T&)> on_event,
                          std::function<void(const base::Error&)> on_error,
                          std::function<void(uint64_t count)> on_missed) {
  RawHandler handler;
  handler.on_next = [on_event = std::move(on_event), on_error,
                     on_missed = std::move(on_missed)](const base::json::object& params) {
    if (const uint64_t missed = detail::MissedIn(params); missed > 0 && on_missed) {
      on_missed(missed);
    }
    if (const auto* json = params.if_contains("event")) {
      detail::UseDecoded<T>(*json, on_error, [&](T occurrence) { on_event(occurrence); });
    }
  };
  handler.on_end = detail::ErrorOnly(std::move(on_error));
  return SubscribeRaw(event.name, "{}", std::move(handler));
}

}  // namespace surface
