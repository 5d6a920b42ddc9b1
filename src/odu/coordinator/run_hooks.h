#pragma once

#include <boost/asio/awaitable.hpp>
#include <deque>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "odu/coordinator/hook_config.h"
#include "odu/coordinator/world.h"
#include "odu/ledger/run_folder.h"
#include "odu/model/node.h"
#include "odu/model/verdict.h"
#include "os/environment.h"

namespace odu::coordinator {

/// Starts the user's programs when something of a run is worth telling: argv as configured, one
/// JSON object on stdin, in the checkout, one at a time. What they do changes nothing of the run; a
/// failure is a line in the coordinator's log.
class RunHooks {
 public:
  explicit RunHooks(World& world) : world_(world), queue_(std::make_shared<Queue>()) {}

  /// `nodes` are what they are already: nothing is told of them. `environment` is the caller's;
  /// tokens in it are left out.
  void Begin(const ledger::RunHeader& header, std::span<const model::Node> nodes,
             os::Environment environment);
  void Changed(const model::Node& node);
  void Settled(model::Verdict verdict, int32_t revision, std::span<const model::Node> nodes);

 private:
  struct Call {
    std::vector<std::string> argv;
    std::string json;
  };
  /// Outlives the run: its last hook starts when it is over.
  struct Queue {
    std::deque<Call> calls;
    os::Environment environment;
    std::string directory;
    std::string ref;
    bool working = false;
  };
  void Start(std::vector<std::string> argv, std::string json);
  static boost::asio::awaitable<void> Work(World& world, std::shared_ptr<Queue> queue);

  World& world_;
  HookConfig config_;
  std::string run_id_;
  std::string sha_;
  std::set<std::pair<std::string, int32_t>> told_;  ///< red attempts
  std::shared_ptr<Queue> queue_;
};

}  // namespace odu::coordinator
