#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "odu/model/odu_contract.h"

namespace odu::face {

/// What a face knows of a checkout: the replicated state of its coordinator. A value.
struct View {
  std::optional<model::Coordinator> coordinator;
  /// `run.run_id` is empty while idle.
  model::Run run;
  std::map<std::string, model::Node> nodes;  ///< by name
  std::map<std::string, model::Lane> lanes;  ///< by platform

  bool operator==(const View&) const = default;
};

/// How many nodes of a run are in each state.
struct Counts {
  size_t total = 0;
  size_t pending = 0;
  size_t running = 0;
  size_t ok = 0;
  size_t failed = 0;
  size_t errored = 0;
  size_t skipped = 0;
  size_t cancelled = 0;
  size_t done() const { return total - pending - running; }
  bool operator==(const Counts&) const = default;
};
Counts CountNodes(const View& view);

/// The nodes as they are shown: by `order`, then by name. Valid while the view is.
std::vector<const model::Node*> Ordered(const View& view);

/// `<sha7>` and "+dirty" where the run's tree was.
std::string ShaLabel(const model::Run& run);

/// The root's name, safe to show: an odu.json may call itself anything.
std::string ShownPipeline(std::string_view name);

/// "about 12s left" of a live run; empty where nothing is known of it.
std::string LeftText(const model::Run& run, int64_t now_ms);

/// How long the node has run or ran; empty before it starts and for nodes that never ran.
std::optional<int64_t> ElapsedMs(const model::Node& node, int64_t now_ms);

/// The reason without the word that the status says already: "skipped: build failed" is "build
/// failed". Sanitised: reasons may quote what programs said.
std::string ShownReason(const model::Node& node);

}  // namespace odu::face
