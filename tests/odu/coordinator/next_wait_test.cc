#include "odu/coordinator/next_wait.h"

#include <gtest/gtest.h>

namespace odu::coordinator {
namespace {

using Strings = std::vector<std::string>;

model::Node Node(std::string name, model::NodeStatus status) {
  model::Node node;
  node.name = std::move(name);
  node.status = status;
  return node;
}

TEST(NextWait, ARunThatIsOverIsToldFromTheLedger) {
  ledger::RunRecord record;
  record.header.ref = "abcdef0#1";
  record.header.run_id = "R";
  record.header.started_at = 1000;
  record.header.expected = {"b@p", "a@p", "c@p", "d@p", "e@p"};
  for (const auto& node :
       {Node("a@p", model::NodeStatus::kFailed), Node("b@p", model::NodeStatus::kFailed),
        Node("c@p", model::NodeStatus::kSkipped), Node("d@p", model::NodeStatus::kErrored)}) {
    record.nodes[node.name] = node;
  }
  EXPECT_FALSE(NextReplyOf(record).settled);
  record.settled = ledger::SettledLine{};
  record.settled->verdict = model::Verdict::kFailed;
  record.settled_at = 4000;
  const auto reply = NextReplyOf(record);
  EXPECT_TRUE(reply.settled);
  EXPECT_FALSE(reply.passed);
  EXPECT_EQ(reply.verdict, model::Verdict::kFailed);
  EXPECT_EQ(reply.duration_ms, 3000);
  EXPECT_EQ(reply.failed, (Strings{"b@p", "a@p"}));
  EXPECT_EQ(reply.skipped, Strings{"c@p"});
  EXPECT_EQ(reply.errored, Strings{"d@p"});
}

}  // namespace
}  // namespace odu::coordinator
