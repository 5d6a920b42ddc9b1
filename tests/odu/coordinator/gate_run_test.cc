#include "odu/coordinator/gate_run.h"

#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace odu::coordinator {
namespace {

const ledger::GateTarget kTarget{
    "github.com", "octo", "demo", "https://api.github.com", "7f59", "https://ci.example.org"};

model::Node NodeOf(model::NodeStatus status) {
  model::Node node;
  node.name = "a@x86_64-linux";
  node.status = status;
  node.started_at = 1;
  node.duration_ms = 1;
  node.log = "a.log";
  return node;
}

ledger::RunHeader Header() {
  ledger::RunHeader header;
  header.run_id = "01K";
  header.ref = "7f59054#1";
  header.seq = 1;
  return header;
}

TEST(GateRun, WhatCameBeforeItWasOpenIsTakenThen) {
  const support::TempDir dir;
  const ledger::RunFolder folder{dir.path()};
  GateRun run(Header(), 1);
  run.Take(NodeOf(model::NodeStatus::kRunning), GateBook::Ms(0), 1);
  run.Take(NodeOf(model::NodeStatus::kOk), GateBook::Ms(0), 2);
  EXPECT_FALSE(run.Finished());
  // Said even if it never opens.
  EXPECT_EQ(run.Unposted(), std::vector<std::string>{"a@x86_64-linux"});
  ASSERT_TRUE(run.Open(folder, kTarget, 3));
  run.Take(model::Node(), GateBook::Ms(0), 4);
  const auto record = ledger::ReadGate(folder);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->target, kTarget);
  EXPECT_EQ(record->Unposted(), std::vector<std::string>{"a@x86_64-linux"});
  EXPECT_EQ(record->contexts.at("a@x86_64-linux").owed->target_url,
            "https://ci.example.org/01K/a%40x86_64-linux");
  ASSERT_EQ(run.Owed().size(), 1U);
  EXPECT_EQ(run.Owed()[0].run, "7f59054#1");
}

TEST(GateRun, AnOlderRunsStrayIsWrittenDownHoweverEarlyItComes) {
  const support::TempDir dir;
  const ledger::RunFolder folder{dir.path()};
  GateRun run(Header(), 1);
  forge::CommitStatus stray;
  stray.context = "a@x86_64-linux";
  stray.state = "failure";
  run.Inherit(stray.context, {stray}, GateBook::Ms(0), 1);
  ASSERT_TRUE(run.Open(folder, kTarget, 2));
  run.Take(model::Node(), GateBook::Ms(0), 3);
  EXPECT_EQ(ledger::ReadGate(folder)->contexts.at("a@x86_64-linux").strays.size(), 1U);
}

TEST(GateRun, GoesOnWithAnotherOwnersJournalAndItsTarget) {
  const support::TempDir dir;
  const ledger::RunFolder folder{dir.path()};
  {
    GateRun first(Header(), 1);
    ASSERT_TRUE(first.Open(folder, kTarget, 1));
    first.Take(NodeOf(model::NodeStatus::kOk), GateBook::Ms(0), 2);
  }
  GateRun next(Header(), 1);
  ledger::GateTarget other = kTarget;
  other.owner = "somebody";
  ASSERT_TRUE(next.Open(folder, other, 3));
  EXPECT_EQ(next.target(), kTarget);
  EXPECT_TRUE(next.book().WantsReading(GateBook::Ms(0)));
  next.SetOver(true);
  EXPECT_FALSE(next.Finished());
}

}  // namespace
}  // namespace odu::coordinator
