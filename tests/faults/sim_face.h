#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "async/task_group.h"
#include "faults/sim_process.h"
#include "odu/model/odu_contract.h"
#include "surface/client.h"

namespace odu::faults {

/// Somebody who looks at a run, or asks for something once, and dials again whenever the link dies.
/// A request whose answer was lost is made again with the same id.
class SimFace {
 public:
  /// Null while nobody answers.
  using Dial = std::function<std::unique_ptr<surface::Link>(SimFace& face)>;
  enum class Verb { kRerun, kCancelNodes, kCancelRun };

  SimFace(async::Duration now, Dial dial);
  SimFace(const SimFace&) = delete;
  SimFace& operator=(const SimFace&) = delete;

  SimProcess process;

  /// Waits until the run has settled; with `rerun` it runs what is red once more, then waits again.
  void Watch(std::string run_id, bool rerun);
  void Ask(Verb verb, model::NodesRequest request);

  bool done() const { return done_; }
  const std::vector<model::NextReply>& answers() const { return answers_; }
  const std::vector<model::NodesReply>& replies() const { return replies_; }
  void End(const std::function<void()>& turn);

 private:
  boost::asio::awaitable<void> WatchRun(std::string run_id, bool rerun);
  boost::asio::awaitable<void> AskOnce(Verb verb, model::NodesRequest request);
  boost::asio::awaitable<bool> Connected();
  /// False when it has to be asked again.
  boost::asio::awaitable<bool> Asked(Verb verb, model::NodesRequest request);

  Dial dial_;
  async::TaskGroup tasks_;
  std::unique_ptr<surface::Client> client_;
  std::vector<model::NextReply> answers_;
  std::vector<model::NodesReply> replies_;
  bool done_ = false;
};

}  // namespace odu::faults
