#pragma once

#include <list>
#include <memory>

#include "surface/source.h"

namespace surface {

/// The open feeds of one source, so that a change can wake them all. Feeds may outlive the source:
/// a registration holds the list alive, not the source.
class Wakers {
 public:
  using List = std::list<Waker>;

  /// Keeps one waker registered while it lives.
  class Registration {
   public:
    Registration(std::shared_ptr<List> list, Waker waker)
        : list_(std::move(list)), place_(list_->insert(list_->end(), std::move(waker))) {}
    ~Registration() { list_->erase(place_); }
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

   private:
    std::shared_ptr<List> list_;
    List::iterator place_;
  };

  std::unique_ptr<Registration> Add(Waker waker) {
    return std::make_unique<Registration>(list_, std::move(waker));
  }

  /// Wakers only mark their session as having work; they never close a feed from inside the call.
  void WakeAll() {
    for (Waker& waker : *list_) {
      waker();
    }
  }

  bool empty() const { return list_->empty(); }

 private:
  std::shared_ptr<List> list_ = std::make_shared<List>();
};

}  // namespace surface
