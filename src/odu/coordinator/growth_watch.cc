#include "odu/coordinator/growth_watch.h"

#include <sys/inotify.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <list>
#include <map>
#include <utility>

namespace odu::coordinator {
namespace {

constexpr auto kLookEvery = std::chrono::milliseconds(200);

}  // namespace

/// Watched files by inotify's number; -1 holds those that are looked at by the clock.
struct GrowthWatch::State : std::enable_shared_from_this<State> {
  using Wakers = std::list<surface::Waker>;

  explicit State(boost::asio::any_io_executor executor)
      : descriptor(executor), timer(std::move(executor)) {}

  void Start() {
    const int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (fd >= 0) {
      descriptor.assign(fd);
      Read();
    }
  }

  void Read() {
    descriptor.async_read_some(
        boost::asio::buffer(buffer),
        [self = shared_from_this()](boost::system::error_code error, size_t bytes) {
          if (error || self->stopped) {
            return;
          }
          self->Wake(bytes);
          self->Read();
        });
  }

  void Wake(size_t bytes) {
    size_t at = 0;
    while (at + sizeof(inotify_event) <= bytes) {
      inotify_event event{};
      std::copy_n(buffer.data() + at, sizeof event, reinterpret_cast<char*>(&event));
      at += sizeof event + event.len;
      if ((event.mask & IN_Q_OVERFLOW) != 0) {
        for (auto& [number, wakers] : watched) {
          WakeAll(wakers);
        }
        continue;
      }
      const auto found = watched.find(event.wd);
      if (found != watched.end()) {
        WakeAll(found->second);
      }
    }
  }

  static void WakeAll(Wakers& wakers) {
    for (surface::Waker& waker : wakers) {
      waker();
    }
  }

  void Tick() {
    ticking = true;
    timer.expires_after(kLookEvery);
    timer.async_wait([self = shared_from_this()](boost::system::error_code error) {
      self->ticking = false;
      const auto found = self->watched.find(-1);
      if (error || self->stopped || found == self->watched.end()) {
        return;
      }
      WakeAll(found->second);
      self->Tick();
    });
  }

  void Remove(int number, Wakers::iterator place) {
    const auto found = watched.find(number);
    found->second.erase(place);
    if (!found->second.empty()) {
      return;
    }
    watched.erase(found);
    if (number >= 0 && descriptor.is_open()) {
      inotify_rm_watch(descriptor.native_handle(), number);
    }
  }

  boost::asio::posix::stream_descriptor descriptor;
  boost::asio::steady_timer timer;
  alignas(inotify_event) std::array<char, 4096> buffer{};
  std::map<int, Wakers> watched;
  bool ticking = false;
  bool stopped = false;
};

GrowthWatch::GrowthWatch(boost::asio::any_io_executor executor)
    : state_(std::make_shared<State>(std::move(executor))) {}

GrowthWatch::~GrowthWatch() {
  state_->stopped = true;
  boost::system::error_code ignored;
  state_->descriptor.close(ignored);
  state_->timer.cancel();
}

std::shared_ptr<void> GrowthWatch::Watch(const std::string& path, surface::Waker waker) {
  State& state = *state_;
  if (!state.descriptor.is_open()) {
    state.Start();
  }
  const int number =
      state.descriptor.is_open()
          ? inotify_add_watch(state.descriptor.native_handle(), path.c_str(), IN_MODIFY)
          : -1;
  State::Wakers& wakers = state.watched[number];
  const auto place = wakers.insert(wakers.end(), std::move(waker));
  if (number < 0 && !state.ticking) {
    state.Tick();
  }
  // The watch outlives this object's owner when a feed still holds it.
  return std::shared_ptr<void>(
      nullptr, [kept = state_, number, place](void*) { kept->Remove(number, place); });
}

}  // namespace odu::coordinator
