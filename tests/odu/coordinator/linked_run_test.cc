#include "odu/coordinator/linked_run.h"

#include <gtest/gtest.h>

namespace odu::coordinator {
namespace {

using Strings = std::vector<std::string>;

ledger::RunHeader Header() {
  ledger::RunHeader header;
  model::LanePlan lane;
  lane.platform = "x86_64-linux";
  lane.nodes = {{"a", "a", {"true"}, {}},
                {"b", "b", {"true"}, {"a"}},
                {"c", "c", {"true"}, {"b"}},
                {"d", "d", {"true"}, {}}};
  header.pipeline.lanes = {lane};
  header.expected = {"_ci-setup@x86_64-linux", "a@x86_64-linux", "b@x86_64-linux", "c@x86_64-linux",
                     "d@x86_64-linux"};
  return header;
}

TEST(LinkedRun, TakesWhatWasNamedAndAllThatDependsOnIt) {
  EXPECT_EQ(NodesToRunAgain(Header(), Strings{"b"}).value(),
            (Strings{"b@x86_64-linux", "c@x86_64-linux"}));
  EXPECT_EQ(NodesToRunAgain(Header(), Strings{"d", "c"}).value(),
            (Strings{"c@x86_64-linux", "d@x86_64-linux"}));
}

TEST(LinkedRun, ALaneOrItsSetupMeansAllOfIt) {
  EXPECT_EQ(NodesToRunAgain(Header(), Strings{"@x86_64-linux"})->size(), 4);
  EXPECT_EQ(NodesToRunAgain(Header(), Strings{"_ci-setup"})->size(), 4);
}

TEST(LinkedRun, ANameThatMatchesNothingIsRefused) {
  EXPECT_FALSE(NodesToRunAgain(Header(), Strings{"b", "nothing"}));
}

}  // namespace
}  // namespace odu::coordinator
