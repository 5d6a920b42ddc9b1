#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string>

#include "surface/contract.h"
#include "surface/source.h"

namespace surface {

/// Occurrences as a source, untyped; `EventSource<T>` is the typed way in. A subscriber sees what
/// happens from its subscription on. Messages: `,"event":{…}`; a subscriber that fell more than
/// kMaxQueued behind is told how many it lost before what comes next: `,"missed":n`.
class RawEventSource : public Source {
 public:
  static constexpr size_t kMaxQueued = 256;

  base::Result<std::unique_ptr<Feed>> Open(const base::json::value& input, Waker waker) override;
  /// kLimit "value_too_large": nobody is told.
  base::Result<void> EmitRaw(std::string json);
  /// Of what was to be emitted, `count` occurrences are lost: every subscriber is told.
  void Lost(uint64_t count);

  struct Subscriber;

 private:
  std::shared_ptr<std::list<Subscriber*>> subscribers_ = std::make_shared<std::list<Subscriber*>>();
};

template <class T>
class EventSource final : public RawEventSource {
 public:
  base::Result<void> Emit(const T& occurrence) { return EmitRaw(Encoded(occurrence)); }
};

}  // namespace surface
