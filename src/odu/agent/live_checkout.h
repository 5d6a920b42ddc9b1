#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "async/broadcast.h"
#include "async/clock.h"
#include "async/task_group.h"
#include "odu/agent/world.h"
#include "odu/face/reach.h"
#include "odu/face/view.h"
#include "surface/client.h"

namespace odu::agent {

/// One checkout's coordinator as the tools see it: a link that is made when it is needed, kept
/// while it is used or watched, and made again when it dies; and the state that comes over it.
///
/// States: unlinked --Reach--> dialling --first snapshots--> linked --closed, or a minute of
/// nobody asking--> unlinked. While somebody holds it, it dials by itself each second.
class LiveCheckout {
 public:
  LiveCheckout(World& world, CheckoutPlace place);
  LiveCheckout(const LiveCheckout&) = delete;
  LiveCheckout& operator=(const LiveCheckout&) = delete;

  const std::string& toplevel() const { return place_.toplevel; }
  const service::ServicePlace& place() const { return place_.place; }

  /// The link, with a view that is complete. `kNever` without a coordinator: kGone "not_running".
  boost::asio::awaitable<base::Result<std::shared_ptr<surface::Client>>> Reach(face::Start start);
  /// The same for a reader: starts a coordinator only for a run that has lost its own.
  boost::asio::awaitable<base::Result<std::shared_ptr<surface::Client>>> ReachToLook();
  /// A link of its own, for a call that ends with its caller.
  boost::asio::awaitable<base::Result<std::unique_ptr<surface::Client>>> Dial(face::Start start);

  bool linked() const { return client_ != nullptr && !client_->closed(); }
  /// What the last link said; while unlinked it may be old.
  const face::View& view() const { return view_; }
  /// Waits until `done` is true of the view; false after `bound`.
  boost::asio::awaitable<bool> Until(std::function<bool()> done, async::Duration bound);

  /// While it lives, it is told of changes and the link is kept.
  class Listener {
   public:
    Listener(LiveCheckout& owner, std::function<void()> changed);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

   private:
    friend class LiveCheckout;
    LiveCheckout& owner_;
    std::function<void()> changed_;
  };
  /// Told when the nodes of the view are others than before.
  void OnNodesReplaced(std::function<void()> replaced) { replaced_ = std::move(replaced); }

  /// Lets go of everything; nothing may be asked afterwards.
  boost::asio::awaitable<void> Close();

  /// The newest run that this server started here; empty = none.
  std::string last_started;

 private:
  boost::asio::awaitable<void> DialTask(face::Start start);
  boost::asio::awaitable<base::Result<void>> Link(face::Start start);
  boost::asio::awaitable<void> WatchLink(std::shared_ptr<surface::Client> client);
  boost::asio::awaitable<void> Keep();
  void Subscribe(surface::Client& client);
  void Changed();

  World& world_;
  CheckoutPlace place_;
  std::shared_ptr<surface::Client> client_;
  std::shared_ptr<surface::Client> old_client_;  ///< its handlers may still be on the stack
  face::View view_;
  size_t missing_ = 0;  ///< first snapshots that have not come
  bool dialling_ = false;
  std::optional<base::Error> refusal_;  ///< why the last dial failed
  async::Duration used_at_{};
  bool keeping_ = false;
  std::set<Listener*> listeners_;
  std::function<void()> replaced_;
  async::Broadcast changed_;
  async::TaskGroup tasks_;
};

}  // namespace odu::agent
