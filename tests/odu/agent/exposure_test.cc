#include "odu/agent/exposure.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "odu/model/odu_contract.h"

namespace odu::agent {
namespace {

TEST(Exposure, EveryRowNamesAMemberAndTheRestIsAbsentByDecision) {
  std::set<std::string> absent;
  for (const auto& member : surface::DescribeSurface<model::OduSurface>().members) {
    absent.insert(member.name);
  }
  for (const ExposedMember& row : Exposure()) {
    EXPECT_EQ(absent.erase(std::string(row.member)), 1u) << row.member;
    EXPECT_FALSE(row.tool.empty() && row.resource.empty());
  }
  // A new member is not shown to agents before somebody decides so.
  EXPECT_EQ(absent, (std::set<std::string>{"coordinator", "gate.retry", "notices", "pipeline"}));
}

}  // namespace
}  // namespace odu::agent
