#pragma once

#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "async/task_group.h"
#include "odu/face/reach.h"
#include "odu/face/transitions.h"
#include "odu/terminal/state.h"

namespace odu::terminal {

/// Keeps what a State knows of the checkout (`live`, `idle`, `plan`, `known`, `link_lost`, events)
/// over one coordinator after another. A coordinator that goes is started again and looked for
/// without an end: a person watches, and leaves when they have had enough.
///
/// States: connected --link lost--> redialling --client--> connected; an error that only a person
/// can mend ends it (`failure`).
class LiveFeed {
 public:
  /// `changed` is called after each change. All outlive it.
  LiveFeed(face::FaceContext& context, State& state, std::function<void()> changed);
  ~LiveFeed();
  LiveFeed(const LiveFeed&) = delete;
  LiveFeed& operator=(const LiveFeed&) = delete;

  /// Begins on that link; later ones are dialled by tasks of `tasks`.
  void Start(async::TaskGroup& tasks, std::unique_ptr<surface::Client> client);
  /// To be called after `changed`: takes a new link into use. Must not be called by a handler.
  void Continue();
  void Close();

  /// The link in use; null while there is none.
  surface::Client* client() const;
  const std::optional<base::Error>& failure() const { return failure_; }

 private:
  void Subscribe();
  void SubscribeNodes();
  void TakeRun(const model::Run& run);
  void TakeTransitions();
  boost::asio::awaitable<void> WatchLink(surface::Client* client);
  boost::asio::awaitable<void> Redial(async::Duration delay);

  face::FaceContext& context_;
  State& state_;
  std::function<void()> changed_;
  async::TaskGroup* tasks_ = nullptr;
  std::unique_ptr<surface::Client> client_;
  std::unique_ptr<surface::Client> next_;
  /// Links that died: a call on them may still be on its way back to its caller.
  std::vector<std::unique_ptr<surface::Client>> old_;
  std::optional<base::Error> lost_;
  std::optional<base::Error> failure_;
  async::Duration linked_at_{};
  std::optional<int64_t> nodes_subscription_;
  std::map<std::string, model::RunSummary> runs_;
  std::unordered_set<std::string> news_;
  face::Transitions transitions_;
  std::string run_id_;  ///< whose nodes are subscribed
  bool first_nodes_ = true;
};

}  // namespace odu::terminal
