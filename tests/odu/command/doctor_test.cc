#include "odu/command/doctor.h"

#include "doctor_fixture.h"

namespace odu::command {
namespace {

TEST(Findings, ARepairIsMadeOnlyWhereItIsWanted) {
  int repaired = 0;
  const auto repair = [&repaired]() -> base::Result<void> {
    ++repaired;
    return {};
  };
  Findings looking(false);
  looking.Repairable("x", "broken", "mend it", repair);
  EXPECT_EQ(repaired, 0);
  EXPECT_EQ(looking.Take(), (std::vector<model::Finding>{{"x", "broken", "mend it", true, false}}));
  Findings fixing(true);
  fixing.Repairable("x", "broken", "mend it", repair);
  fixing.Tell("y", "odd", "look at it");
  EXPECT_EQ(repaired, 1);
  EXPECT_EQ(fixing.Take(), (std::vector<model::Finding>{{"x", "broken", "mend it", true, true},
                                                        {"y", "odd", "look at it", false, false}}));
}

TEST(Findings, ARepairThatFailsIsToldOf) {
  Findings fixing(true);
  fixing.Repairable("x", "broken", "mend it", []() -> base::Result<void> {
    return base::Fail(base::ErrorKind::kHost, "io", "no glue");
  });
  const auto found = fixing.Take();
  EXPECT_FALSE(found[0].fixed);
  EXPECT_EQ(found[0].text, "broken (putting it right failed: no glue)");
}

TEST_F(DoctorTest, WhereNothingWasEverRunAllIsWell) {
  DoctorCall call;
  call.home.state = ledger_.state() + "/nowhere";
  call.home.cache = cache_.path();
  const model::DoctorReport report = Examine(call);
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(report.looked_at.size(), 5U);
}

}  // namespace
}  // namespace odu::command
