#include "odu/agent/exposure.h"

#include <array>

namespace odu::agent {
namespace {

constexpr std::array kRows{
    ExposedMember{"run", "get_nodes", "surface://streams/nodes"},
    ExposedMember{"nodes", "get_nodes", "surface://streams/nodes"},
    ExposedMember{"lanes", "get_nodes", "surface://streams/nodes"},
    ExposedMember{"runs", "runs", "surface://runs/{run}"},
    ExposedMember{"nodeLog", "tail_log", "surface://collections/logs/{id}"},
    ExposedMember{"run.start", "run", ""},
    ExposedMember{"run.cancel", "cancel", ""},
    ExposedMember{"run.next", "wait_for_settle", ""},
    ExposedMember{"node.rerun", "node_rerun", ""},
    ExposedMember{"node.cancel", "node_cancel", ""},
    ExposedMember{"lane.cancel", "lane_cancel", ""},
};

}  // namespace

std::span<const ExposedMember> Exposure() {
  return kRows;
}

}  // namespace odu::agent
