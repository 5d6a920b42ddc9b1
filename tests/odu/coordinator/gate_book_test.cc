#include "odu/coordinator/gate_book.h"

#include <gtest/gtest.h>

namespace odu::coordinator {
namespace {

using forge::CommitStatus;
using model::NodeStatus;
using Ms = GateBook::Ms;

model::Node NodeOf(NodeStatus status, const std::string& name = "a@x86_64-linux") {
  model::Node node;
  node.name = name;
  node.status = status;
  node.log_complete = model::IsTerminal(status);
  node.log = ".ci/7f59054/x86_64-linux/a.log";
  if (status != NodeStatus::kPending && status != NodeStatus::kSkipped) {
    node.started_at = 1;
  }
  if (model::IsTerminal(status)) {
    node.duration_ms = 2000;
  }
  return node;
}

/// What the lines are, "owed success; posted success".
std::string Words(const std::vector<GateBook::Line>& lines) {
  std::string words;
  for (const GateBook::Line& line : lines) {
    words += (words.empty() ? "" : "; ") + std::string(line.type) + " " + line.status.state;
  }
  return words;
}

forge::Failure Failure(const char* code, forge::Remedy remedy = forge::Remedy::kRetry,
                       Ms after = Ms(0)) {
  forge::Failure failure;
  failure.error = base::Error(base::ErrorKind::kHost, code, "it is down");
  failure.remedy = remedy;
  failure.after = after;
  return failure;
}

const std::string kA = "a@x86_64-linux";

/// A book and what a forge would show that takes everything.
struct Gate {
  GateBook book;
  std::vector<std::string> shown;

  std::string Take(NodeStatus status, Ms now) { return Words(book.Take(NodeOf(status), "", now)); }
  /// Posts what is ready; how many.
  size_t Post(Ms now) {
    const auto ready = book.Ready(now);
    for (const GateBook::Due& due : ready) {
      if (!due.written) {
        static_cast<void>(book.Owe(due.context, now));
      }
      shown.push_back(book.Try(due.context).state);
      static_cast<void>(book.Confirmed(due.context, 1, now));
    }
    return ready.size();
  }
};

TEST(GateBook, ANodePostsItsBeginningAndItsEnd) {
  Gate gate;
  EXPECT_EQ(gate.Take(NodeStatus::kPending, Ms(0)), "");
  EXPECT_EQ(gate.Take(NodeStatus::kRunning, Ms(0)), "");
  EXPECT_EQ(gate.Post(Ms(999)), 0U);
  EXPECT_EQ(gate.book.NextTime(Ms(999)), Ms(1000));
  EXPECT_TRUE(gate.book.Unposted().empty());
  EXPECT_EQ(gate.Post(Ms(1000)), 1U);
  EXPECT_EQ(gate.Take(NodeStatus::kOk, Ms(5000)), "owed success");
  EXPECT_EQ(gate.book.Unposted(), std::vector<std::string>{kA});
  EXPECT_FALSE(gate.book.Settled());
  EXPECT_EQ(gate.Post(Ms(5000)), 1U);
  EXPECT_EQ(gate.shown, (std::vector<std::string>{"pending", "success"}));
  EXPECT_TRUE(gate.book.Settled());
  EXPECT_TRUE(gate.book.Unposted().empty());
}

TEST(GateBook, WhatStartsAndEndsWithinASecondPostsOnce) {
  Gate gate;
  gate.Take(NodeStatus::kRunning, Ms(0));
  gate.Take(NodeStatus::kFailed, Ms(900));
  gate.Post(Ms(5000));
  EXPECT_EQ(gate.shown, std::vector<std::string>{"failure"});
}

TEST(GateBook, TheSameIsNotSaidTwice) {
  Gate gate;
  gate.Take(NodeStatus::kOk, Ms(0));
  EXPECT_EQ(gate.Take(NodeStatus::kOk, Ms(1)), "");
  gate.Post(Ms(2));
  EXPECT_EQ(gate.Take(NodeStatus::kOk, Ms(3)), "");
  EXPECT_EQ(gate.Post(Ms(4)), 0U);
}

TEST(GateBook, ARerunOfANodeIsTheSameContext) {
  Gate gate;
  gate.Take(NodeStatus::kFailed, Ms(0));
  gate.Post(Ms(0));
  EXPECT_EQ(gate.Take(NodeStatus::kPending, Ms(1)), "");
  gate.Take(NodeStatus::kRunning, Ms(2));
  gate.Post(Ms(2000));
  gate.Take(NodeStatus::kOk, Ms(3000));
  gate.Post(Ms(3000));
  EXPECT_EQ(gate.shown, (std::vector<std::string>{"failure", "pending", "success"}));
}

TEST(GateBook, AnInterruptedRunEndsOnlyWhatItLeftPending) {
  Gate never_said;
  never_said.Take(NodeStatus::kRunning, Ms(0));
  never_said.Take(NodeStatus::kCancelled, Ms(500));
  EXPECT_EQ(never_said.Post(Ms(9000)), 0U);
  EXPECT_TRUE(never_said.book.Settled());

  Gate left_pending;
  left_pending.Take(NodeStatus::kRunning, Ms(0));
  left_pending.Post(Ms(1000));
  EXPECT_EQ(left_pending.Take(NodeStatus::kCancelled, Ms(2000)), "owed error");
  left_pending.Post(Ms(2000));
  EXPECT_EQ(left_pending.shown, (std::vector<std::string>{"pending", "error"}));

  Gate failed_before;
  failed_before.Take(NodeStatus::kFailed, Ms(0));
  failed_before.Post(Ms(0));
  failed_before.Take(NodeStatus::kPending, Ms(1));
  EXPECT_EQ(failed_before.Take(NodeStatus::kCancelled, Ms(2)), "");
}

TEST(GateBook, APendingThatIsOnItsWayIsEndedToo) {
  Gate gate;
  gate.Take(NodeStatus::kRunning, Ms(0));
  static_cast<void>(gate.book.Owe(kA, Ms(1000)));
  EXPECT_EQ(gate.book.Try(kA).state, "pending");
  EXPECT_EQ(gate.Take(NodeStatus::kCancelled, Ms(1001)), "owed error");
  EXPECT_TRUE(gate.book.Ready(Ms(9000)).empty());  // one at a time
  static_cast<void>(gate.book.Confirmed(kA, 1, Ms(1002)));
  EXPECT_EQ(gate.Post(Ms(1002)), 1U);
  EXPECT_EQ(gate.shown, std::vector<std::string>{"error"});
}

TEST(GateBook, AFailedTryIsRepeatedLaterAndLater) {
  Gate gate;
  gate.Take(NodeStatus::kOk, Ms(0));
  Ms now(0);
  std::vector<int64_t> waits;
  for (int i = 0; i < 12; ++i) {
    gate.book.Try(kA);
    gate.book.Failed(kA, Failure("forge_failed"), 0.0, now);
    const Ms next = *gate.book.NextTime(now);
    waits.push_back((next - now).count() / 1000);
    EXPECT_TRUE(gate.book.Ready(next - Ms(1)).empty());
    now = next;
  }
  EXPECT_EQ(waits, (std::vector<int64_t>{1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300}));
  EXPECT_EQ(gate.book.TroubleOf(kA), "it is down");
  EXPECT_FALSE(gate.book.OnlyPeopleHelp(Ms(0)));
}

TEST(GateBook, WhatOnlyAPersonCanMendWaitsForOne) {
  Gate gate;
  gate.Take(NodeStatus::kOk, Ms(0));
  gate.book.Try(kA);
  gate.book.Failed(kA, Failure("forge_forbidden", forge::Remedy::kPerson), 0, Ms(0));
  EXPECT_TRUE(gate.book.OnlyPeopleHelp(Ms(0)));
  EXPECT_FALSE(gate.book.NextTime(Ms(0)));
  EXPECT_EQ(gate.Post(Ms(1'000'000'000)), 0U);
  EXPECT_EQ(gate.book.Unposted().size(), 1U);
  gate.book.RetryNow(Ms(5));
  EXPECT_EQ(gate.Post(Ms(5)), 1U);
}

TEST(GateBook, ALimitIsWaitedForAsLongAsItSaysAndAPushAMinute) {
  Gate gate;
  gate.Take(NodeStatus::kOk, Ms(0));
  gate.book.Try(kA);
  gate.book.Failed(kA, Failure("rate_limited", forge::Remedy::kWait, Ms(17'000)), 0, Ms(0));
  EXPECT_EQ(gate.book.NextTime(Ms(0)), Ms(17'000));
  gate.book.Try(kA);
  gate.book.Failed(kA, Failure("commit_not_on_forge", forge::Remedy::kPush), 0, Ms(0));
  EXPECT_EQ(gate.book.NextTime(Ms(0)), Ms(60'000));
}

/// The journal of a run whose owner died after these lines.
ledger::GateRecord Died(std::vector<std::pair<std::string, std::string>> lines) {
  ledger::GateRecord record;
  for (const auto& [type, state] : lines) {
    ledger::GateStatus status;
    status.context = kA;
    status.state = state;
    status.description = "of " + state;
    ledger::GateContext& context = record.contexts[kA];
    if (type == "owed") {
      context.owed = status;
      context.owed_at = 1'000'000;
    } else {
      context.owed.reset();
      context.ids.push_back(9);
      context.posted = status;
    }
  }
  return record;
}

forge::PostedStatus Shown(const std::string& state, const std::string& description,
                          int64_t created_s) {
  return {9, kA, state, description, created_s};
}

TEST(GateBook, AfterADeathTheForgeIsReadBeforeAnythingIsTried) {
  GateBook book;
  book.Restore(Died({{"owed", "pending"}, {"posted", "pending"}, {"owed", "success"}}));
  EXPECT_TRUE(book.WantsReading(Ms(0)));
  EXPECT_TRUE(book.Ready(Ms(1'000'000)).empty());
  // It had arrived: nothing is said twice.
  EXPECT_EQ(Words(book.Read({Shown("success", "of success", 1001)}, 1000, 1000, Ms(0))),
            "posted success");
  EXPECT_TRUE(book.Settled());
}

TEST(GateBook, AfterADeathWhatDidNotArriveIsSentAgainAndThenLookedAfter) {
  GateBook book;
  book.Restore(Died({{"owed", "pending"}}));
  EXPECT_EQ(Words(book.Read({}, 1000, 1000, Ms(0))), "");
  // Meanwhile the node has ended; the dead one's pending may still arrive.
  EXPECT_EQ(Words(book.Take(NodeOf(NodeStatus::kOk), "", Ms(0))), "owed success");
  ASSERT_EQ(book.Ready(Ms(0)).size(), 1U);
  book.Try(kA);
  static_cast<void>(book.Confirmed(kA, 10, Ms(100)));
  EXPECT_FALSE(book.Settled());
  EXPECT_FALSE(book.WantsReading(Ms(10'099)));
  EXPECT_TRUE(book.WantsReading(Ms(10'100)));
  // And so it did: last of all.
  EXPECT_EQ(Words(book.Read({Shown("pending", "of pending", 1001)}, 1000, 1000, Ms(10'100))),
            "checked success; owed success");
  ASSERT_EQ(book.Ready(Ms(10'100)).size(), 1U);
  EXPECT_EQ(book.Try(kA).state, "success");
  static_cast<void>(book.Confirmed(kA, 11, Ms(10'200)));
  EXPECT_TRUE(book.Settled());
}

TEST(GateBook, AfterADeathWhatSomebodyElseSaidSinceIsLeftAlone) {
  GateBook book;
  book.Restore(Died({{"owed", "success"}}));
  const std::vector<forge::PostedStatus> newer{Shown("pending", "Running: elsewhere", 1001)};
  EXPECT_EQ(Words(book.Read(newer, 1000, 1000, Ms(0))), "dropped success");
  EXPECT_TRUE(book.Ready(Ms(0)).empty());
  EXPECT_TRUE(book.Settled());

  GateBook older;
  older.Restore(Died({{"owed", "success"}}));
  const std::vector<forge::PostedStatus> before{Shown("failure", "of an older run", 999)};
  EXPECT_EQ(Words(older.Read(before, 1000, 1000, Ms(0))), "");
  EXPECT_EQ(older.Ready(Ms(0)).size(), 1U);

  // The forge's clock counts: here it is an hour behind ours.
  GateBook skewed;
  skewed.Restore(Died({{"owed", "success"}}));
  const std::vector<forge::PostedStatus> then{Shown("pending", "Running: elsewhere", 1001 - 3600)};
  EXPECT_EQ(Words(skewed.Read(then, 1010 - 3600, 1010, Ms(0))), "dropped success");
}

// Two machines that run one commit say `pending` in the same words.
TEST(GateBook, AnotherMachinesPendingIsNotTakenForOurs) {
  GateBook book;
  book.Restore(Died({{"owed", "pending"}, {"posted", "pending"}, {"owed", "success"}}));
  forge::PostedStatus theirs = Shown("pending", "of pending", 1001);
  theirs.id = 10;
  EXPECT_EQ(Words(book.Read({theirs}, 1000, 1000, Ms(0))), "dropped success");
  EXPECT_TRUE(book.Settled());

  GateBook ours;
  ours.Restore(Died({{"owed", "pending"}, {"posted", "pending"}, {"owed", "success"}}));
  EXPECT_EQ(Words(ours.Read({Shown("pending", "of pending", 1001)}, 1000, 1000, Ms(0))), "");
  EXPECT_EQ(ours.Ready(Ms(0)).size(), 1U);
}

TEST(GateBook, WhatThisOwnerHasSeenItselfIsNotDroppedForWhatAnotherSaidBefore) {
  GateBook book;
  book.Restore(Died({{"owed", "pending"}}));
  EXPECT_EQ(Words(book.Take(NodeOf(NodeStatus::kFailed), "", Ms(0))), "owed failure");
  forge::PostedStatus theirs = Shown("success", "elsewhere", 1001);
  theirs.id = 10;
  EXPECT_EQ(Words(book.Read({theirs}, 1005, 1005, Ms(0))), "");
  EXPECT_EQ(book.Ready(Ms(0)).size(), 1U);
}

// The forge was down for a while, and another machine has run the commit since.
TEST(GateBook, AnOldDebtIsNotPaidBeforeItWasLookedWhoHasSpokenSince) {
  const auto failed_at = [](GateBook& book, Ms now) {
    book.Try(kA);
    book.Failed(kA, Failure("forge_failed"), 0, now);
  };
  GateBook book;
  static_cast<void>(book.Take(NodeOf(NodeStatus::kFailed), "", Ms(0)));
  failed_at(book, Ms(0));
  EXPECT_EQ(book.Ready(Ms(1'000)).size(), 1U);  // what is fresh is simply tried again
  failed_at(book, Ms(29'500));
  EXPECT_TRUE(book.Ready(Ms(31'500)).empty());
  EXPECT_TRUE(book.WantsReading(Ms(31'500)));
  GateBook other = book;
  // 31 s ago is 1,000 by the forge's clock.
  EXPECT_EQ(Words(book.Read({Shown("success", "elsewhere", 1'010)}, 1'031, 9, Ms(31'500))),
            "dropped failure");
  EXPECT_TRUE(book.Settled());
  EXPECT_EQ(Words(other.Read({Shown("success", "elsewhere", 990)}, 1'031, 9, Ms(31'500))), "");
  EXPECT_EQ(other.Ready(Ms(31'500)).size(), 1U);
  EXPECT_FALSE(other.WantsReading(Ms(31'500)));
  failed_at(other, Ms(32'000));
  EXPECT_EQ(other.NextTime(Ms(32'000)), Ms(36'000));
  EXPECT_TRUE(other.WantsReading(Ms(61'500)));
}

TEST(GateBook, ACommitThatIsNotThereIsAskedForByOneStatusAtATime) {
  GateBook book;
  for (const char* name : {"a", "b", "c"}) {
    static_cast<void>(book.Take(NodeOf(NodeStatus::kOk, name), "", Ms(0)));
  }
  ASSERT_EQ(book.Ready(Ms(0)).size(), 3U);
  book.Try("a");
  book.Failed("a", Failure("commit_not_on_forge", forge::Remedy::kPush), 0, Ms(0));
  EXPECT_TRUE(book.Ready(Ms(59'999)).empty());
  EXPECT_EQ(book.NextTime(Ms(0)), Ms(60'000));
  ASSERT_EQ(book.Ready(Ms(60'000)).size(), 1U);
  const std::string probe = book.Ready(Ms(60'000))[0].context;
  book.Try(probe);
  EXPECT_TRUE(book.Ready(Ms(200'000)).empty());
  EXPECT_FALSE(book.OnlyPeopleHelp(Ms(86'400'000)));
  EXPECT_TRUE(book.OnlyPeopleHelp(Ms(86'400'001)));
  // It was pushed: the others follow at once.
  static_cast<void>(book.Confirmed(probe, 1, Ms(61'000)));
  EXPECT_EQ(book.Ready(Ms(61'000)).size(), 2U);
}

TEST(GateBook, AnUnknownEndOfATryIsAStray) {
  Gate gate;
  gate.Take(NodeStatus::kRunning, Ms(0));
  static_cast<void>(gate.book.Owe(kA, Ms(1000)));
  gate.book.Try(kA);
  gate.book.Failed(kA, Failure("forge_timeout"), 0, Ms(2000));
  gate.Take(NodeStatus::kOk, Ms(2001));
  gate.Post(Ms(2001));
  EXPECT_FALSE(gate.book.Settled());
  EXPECT_EQ(gate.book.ReadingDue(), Ms(12'001));
  static_cast<void>(gate.book.Read(
      {Shown("success", "Succeeded (2s): .ci/7f59054/x86_64-linux/a.log", 5)}, 1, 1, Ms(12'001)));
  EXPECT_TRUE(gate.book.Settled());
}

TEST(GateBook, ANewerRunTakesADebtAwayAndKeepsWatchForIt) {
  Gate older;
  older.Take(NodeStatus::kOk, Ms(0));
  older.book.Try(kA);
  older.book.Failed(kA, Failure("forge_timeout"), 0, Ms(0));
  std::vector<CommitStatus> strays;
  const auto line = older.book.Supersede(kA, "7f59054#2", strays);
  ASSERT_TRUE(line);
  EXPECT_EQ(line->type, "dropped");
  EXPECT_EQ(line->why, "run 7f59054#2 is newer");
  EXPECT_TRUE(older.book.Settled());
  Gate newer;
  newer.Take(NodeStatus::kFailed, Ms(1));
  EXPECT_EQ(Words(newer.book.Inherit(kA, strays, Ms(1))), "stray success");
  newer.Post(Ms(1));
  EXPECT_FALSE(newer.book.Settled());
  EXPECT_TRUE(newer.book.WantsReading(Ms(10'001)));
}

// The older run's post arrives last of all, after the newer one was done.
TEST(GateBook, AStrayOfAnOlderRunThatArrivesLastIsOverwritten) {
  Gate older;
  older.Take(NodeStatus::kOk, Ms(0));
  older.book.Try(kA);
  older.book.Failed(kA, Failure("forge_timeout"), 0, Ms(0));
  Gate newer;
  newer.Take(NodeStatus::kFailed, Ms(1));
  newer.Post(Ms(1));
  EXPECT_TRUE(newer.book.Settled());
  EXPECT_EQ(older.book.Contested(), std::vector<std::string>{kA});
  std::vector<CommitStatus> strays;
  static_cast<void>(older.book.Supersede(kA, "7f59054#2", strays));
  EXPECT_TRUE(older.book.Contested().empty());
  static_cast<void>(newer.book.Inherit(kA, strays, Ms(100)));
  EXPECT_FALSE(newer.book.Settled());
  EXPECT_EQ(newer.book.ReadingDue(), Ms(10'100));
  EXPECT_EQ(
      Words(newer.book.Read({Shown("success", "Succeeded (2s): .ci/7f59054/x86_64-linux/a.log", 5)},
                            1, 1, Ms(10'100))),
      "checked failure; owed failure");
}

TEST(GateBook, EndsComeBeforeBeginnings) {
  GateBook book;
  static_cast<void>(book.Take(NodeOf(NodeStatus::kRunning, "a"), "", Ms(0)));
  static_cast<void>(book.Take(NodeOf(NodeStatus::kOk, "b"), "", Ms(1500)));
  static_cast<void>(book.Take(NodeOf(NodeStatus::kOk, "c"), "", Ms(1400)));
  const auto ready = book.Ready(Ms(2000));
  ASSERT_EQ(ready.size(), 3U);
  EXPECT_EQ(ready[0].context, "c");
  EXPECT_EQ(ready[1].context, "b");
  EXPECT_EQ(ready[2].context, "a");
  EXPECT_FALSE(ready[2].written);
}

}  // namespace
}  // namespace odu::coordinator
