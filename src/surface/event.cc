#include "surface/event.h"

#include "surface/value_limit.h"

namespace surface {

struct RawEventSource::Subscriber {
  Waker waker;
  std::deque<std::string> queued;
  uint64_t missed = 0;
};

namespace {

class EventFeed final : public Feed {
 public:
  EventFeed(std::shared_ptr<std::list<RawEventSource::Subscriber*>> all, Waker waker)
      : all_(std::move(all)) {
    subscriber_.waker = std::move(waker);
    place_ = all_->insert(all_->end(), &subscriber_);
  }
  ~EventFeed() override { all_->erase(place_); }

  Progress Next(std::string& out) override {
    if (subscriber_.missed > 0) {
      out += ",\"missed\":" + std::to_string(subscriber_.missed);
      subscriber_.missed = 0;
      return Progress::kMessage;
    }
    if (subscriber_.queued.empty()) {
      return Progress::kIdle;
    }
    out += ",\"event\":" + subscriber_.queued.front();
    subscriber_.queued.pop_front();
    return Progress::kMessage;
  }

 private:
  std::shared_ptr<std::list<RawEventSource::Subscriber*>> all_;
  RawEventSource::Subscriber subscriber_;
  std::list<RawEventSource::Subscriber*>::iterator place_;
};

}  // namespace

base::Result<std::unique_ptr<Feed>> RawEventSource::Open(const base::json::value& /*input*/,
                                                         Waker waker) {
  return std::make_unique<EventFeed>(subscribers_, std::move(waker));
}

base::Result<void> RawEventSource::EmitRaw(std::string json) {
  if (auto fits = CheckValueSize("an occurrence", json.size()); !fits) {
    return fits;
  }
  for (Subscriber* subscriber : *subscribers_) {
    if (subscriber->queued.size() == kMaxQueued) {
      subscriber->queued.pop_front();
      ++subscriber->missed;
    }
    subscriber->queued.push_back(json);
    subscriber->waker();
  }
  return {};
}

void RawEventSource::Lost(uint64_t count) {
  for (Subscriber* subscriber : *subscribers_) {
    subscriber->missed += count;
    subscriber->waker();
  }
}

}  // namespace surface
