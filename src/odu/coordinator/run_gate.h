#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "odu/coordinator/run_hooks.h"
#include "odu/coordinator/world.h"
#include "odu/ledger/run_folder.h"
#include "odu/model/node.h"

namespace odu::coordinator {

/// What a run tells the world: its forge by the Publisher (nothing where there is none), and the
/// user's own programs.
class RunGate {
 public:
  RunGate(World& world, std::string run_id)
      : world_(world), run_id_(std::move(run_id)), hooks_(world) {}

  /// The run begins with these nodes; `sync` puts on the disk what they stand on.
  void Begin(const ledger::RunHeader& header, std::span<const model::Node> nodes,
             std::function<boost::asio::awaitable<void>()> sync);
  /// After the node was published.
  void Changed(const model::Node& node);
  /// A verdict waits for no forge: whoever wants its statuses too waits for them.
  void Settled(model::Verdict verdict, int32_t revision, std::span<const model::Node> nodes);
  /// No node changes any more.
  void Over();
  std::vector<std::string> Unposted() const;

 private:
  World& world_;
  std::string run_id_;
  RunHooks hooks_;
};

}  // namespace odu::coordinator
