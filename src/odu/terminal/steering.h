#pragma once

#include <functional>
#include <optional>
#include <string>

#include "async/task_group.h"
#include "odu/face/reach.h"
#include "odu/terminal/controls.h"
#include "odu/terminal/live_feed.h"

namespace odu::terminal {

/// Asks the coordinator for what keys ask for: the same procedures as the commands' own. What came
/// of it is said at the foot of the screen.
class Steering {
 public:
  using NewRun = std::function<model::RunStartRequest()>;
  /// The verdict, if anybody knows it; an error when nobody could be asked.
  using Told = std::function<void(const base::Result<std::optional<model::Verdict>>&)>;

  /// Its calls are tasks of `tasks`. All outlive it.
  Steering(face::FaceContext& context, State& state, LiveFeed& feed, async::TaskGroup& tasks,
           std::function<void()> changed);

  /// A rerun, a cancellation or a start.
  void Do(const Effect& effect, const NewRun& new_run, const std::string& owned_run);
  /// Asks what the run came to, when the run cell has moved on.
  void AskVerdict(std::string run_id, Told told);

 private:
  boost::asio::awaitable<void> Rerun(std::vector<std::string> targets);
  boost::asio::awaitable<void> Cancel(Effect effect);
  boost::asio::awaitable<void> CancelRun(bool at_once, std::string run_id);
  boost::asio::awaitable<void> Start(Effect effect, model::RunStartRequest request);
  boost::asio::awaitable<void> Verdict(std::string run_id, Told told);
  void Tell(std::string text, bool bad = false);
  std::string NewId() const;

  face::FaceContext& context_;
  State& state_;
  LiveFeed& feed_;
  async::TaskGroup& tasks_;
  std::function<void()> changed_;
  NewRun new_run_;
};

/// Runs a program on the terminal of this process, to its end. What is to be told of that: why
/// there was no such program, or that it ended with another status than 0.
boost::asio::awaitable<std::string> RunInTerminal(face::FaceContext& context,
                                                  std::vector<std::string> argv);

}  // namespace odu::terminal
