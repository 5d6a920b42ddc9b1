#include "odu/coordinator/run_cell.h"

#include <gtest/gtest.h>

namespace odu::coordinator {
namespace {

TEST(RunCell, BeginsWithWhatTheHeaderSays) {
  ledger::RunHeader header;
  header.run_id = "01K";
  header.ref = "7f59054#1";
  header.sha = "7f59054c0ffee";
  header.pipeline.name = "ci";
  header.pipeline.lanes = {{"x86_64-linux", {model::PlanNode{}, model::PlanNode{}}},
                           {"aarch64-linux", {}}};
  const model::Run run = RunCellOf(header);
  EXPECT_EQ(run.run_id, "01K");
  EXPECT_EQ(run.sha7, "7f59054");
  EXPECT_EQ(run.pipeline, "ci");
  EXPECT_EQ(run.expected, 4);
  EXPECT_EQ(run.cursor, "01K.0");
  EXPECT_EQ(run.phase, model::RunPhase::kProvisioning);
}

}  // namespace
}  // namespace odu::coordinator
