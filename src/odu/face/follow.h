#pragma once

#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "async/notifier.h"
#include "async/task_group.h"
#include "odu/face/reach.h"
#include "odu/face/transitions.h"
#include "odu/face/watcher.h"
#include "os/signals.h"

namespace odu::face {

struct FollowOptions {
  /// The run to follow; empty = the one that is live. Without one it ends with kIdle.
  std::string run_id;
  /// SIGINT and SIGTERM cancel the run instead of leaving it.
  bool owns_run = false;
};

struct FollowEnd {
  enum class Kind {
    kSettled,      ///< `verdict` says how
    kIdle,         ///< no run to follow
    kLeft,         ///< ^C of one who only watches, or the reader of stdout went away
    kHungUp,       ///< SIGHUP: the run goes on
    kInterrupted,  ///< by SIGINT or SIGTERM, the run being cancelled (or left, when it would not
                   ///< end)
  };
  Kind kind = Kind::kLeft;
  std::optional<model::Verdict> verdict;
  View view;
  Idle idle;
};

/// Keeps a View of a checkout's live run over one coordinator after another and shows it through a
/// Watcher until the run settles. Nothing is shown twice: after a reconnect the snapshot goes
/// through the same Transitions.
///
/// States: connected --link lost--> redialling --client--> connected; after kGiveUpAfter of
/// redialling it ends with the last error. In `connected` the run is awaited, begun, settled.
class Follower {
 public:
  /// `signals` delivers SIGINT, SIGTERM and SIGHUP. All outlive the follower.
  Follower(FaceContext& context, Watcher& watcher, os::SignalSource& signals,
           FollowOptions options);

  /// Follows to the end. `client` is the link to begin with.
  boost::asio::awaitable<base::Result<FollowEnd>> Run(std::unique_ptr<surface::Client> client);

 private:
  using End = std::optional<base::Result<FollowEnd>>;

  void Subscribe();
  void SubscribeNodes();
  void SpawnListeners();
  boost::asio::awaitable<void> WatchLink(surface::Client* client);
  boost::asio::awaitable<void> Tick();
  boost::asio::awaitable<void> ListenToSignals();
  boost::asio::awaitable<void> Redial(async::Duration delay);
  boost::asio::awaitable<void> CancelRun(bool at_once);
  boost::asio::awaitable<void> AskVerdict();

  End HandleSignals();
  End HandleInterrupt();
  void HandleLink();
  End EndAs(FollowEnd::Kind kind) const;
  void Say(model::NoticeLevel level, std::string text);
  End Show();
  End ShowIdle();
  void ShowRun();
  bool OursIsCurrent() const;
  bool AllTerminal() const;
  boost::asio::awaitable<End> CheckSettled();
  boost::asio::awaitable<End> Finish(model::Verdict verdict);
  boost::asio::awaitable<End> FinishFromStore(model::Verdict told);
  boost::asio::awaitable<void> AwaitStatuses();

  FaceContext& context_;
  Watcher& watcher_;
  os::SignalSource& signals_;
  FollowOptions options_;
  std::unique_ptr<surface::Client> client_;
  /// Links that died: a call on them may still be on its way back to its caller.
  std::vector<std::unique_ptr<surface::Client>> old_clients_;
  async::TaskGroup tasks_;
  async::Notifier changed_;

  View view_;
  Idle idle_;
  Transitions transitions_;
  std::unordered_set<std::string> news_;  ///< names of nodes that changed since they were shown
  std::vector<int64_t> subscriptions_;    ///< to all but nodes
  std::optional<int64_t> nodes_subscription_;
  bool run_known_ = false;
  bool nodes_known_ = false;
  bool pipeline_known_ = false;
  bool runs_known_ = false;
  bool began_ = false;
  bool ticked_ = false;
  bool link_is_down_ = false;
  async::Duration linked_at_{};
  std::optional<base::Error> lost_;      ///< the link just went, and why
  std::optional<base::Error> given_up_;  ///< redialling failed for good
  std::unique_ptr<surface::Client> next_client_;
  std::deque<int> signals_in_;
  int interrupts_ = 0;
  bool interrupted_ = false;
  async::Duration interrupted_at_{};
  std::optional<async::Duration> settled_seen_at_;
  std::optional<model::Verdict> told_verdict_;  ///< by run.next, when the cell has moved on
  bool asking_ = false;
  bool from_store_ = false;  ///< `view_` is what the run's folder told
  bool gate_told_ = false;   ///< why statuses are not posted
};

}  // namespace odu::face
