#include "odu/coordinator/run_commands.h"

#include <gtest/gtest.h>

namespace odu::coordinator {
namespace {

using Indices = std::vector<size_t>;
using Strings = std::vector<std::string>;

TEST(RunCommands, TargetsNameNodesOnceAndInOrder) {
  std::vector<model::LanePlan> lanes;
  for (const char* platform : {"aarch64-darwin", "x86_64-linux"}) {
    model::LanePlan lane;
    lane.platform = platform;
    lane.nodes = {{"build", "build", {"true"}, {}}, {"test", "test", {"true"}, {"build"}}};
    lanes.push_back(lane);
  }
  const FanIn run("R", "abcdef0", lanes);
  EXPECT_EQ(FindNodes(run, Strings{"test"}).value(), (Indices{2, 5}));
  EXPECT_EQ(FindNodes(run, Strings{"test@x86_64-linux", "test"}).value(), (Indices{2, 5}));
  EXPECT_EQ(FindNodes(run, Strings{"@x86_64-linux"}).value(), (Indices{3, 4, 5}));
  EXPECT_FALSE(FindNodes(run, Strings{"test", "nothing"}));
  EXPECT_EQ(FindNodes(run, Strings{}).error().code(), "no_targets");
}

}  // namespace
}  // namespace odu::coordinator
