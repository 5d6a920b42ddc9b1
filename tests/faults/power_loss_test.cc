#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/sha256.h"
#include "faults/disk_model.h"
#include "faults/disk_recorder.h"
#include "odu/coordinator/last_words.h"
#include "odu/lane/attempt_log.h"
#include "odu/lane/group_sync.h"
#include "odu/lane/journal_writer.h"
#include "odu/ledger/ledger_fixture.h"
#include "odu/ledger/run_record.h"
#include "os/file_system.h"
#include "support/fake_clock.h"
#include "support/loop.h"
#include "support/temp_dir.h"
#include "surface/codec.h"

/// The power goes at every point of what is written of a run, and every way in which the disk can
/// be found then is read again: nothing that was promised is lost, and nothing is believed that
/// was not written.
namespace odu::faults {
namespace {

using model::NodeStatus;

constexpr size_t kLimit = size_t{16} << 20;

TEST(DiskModel, WhatIsNotSyncedIsKeptLostOrTornAndANameNeedsItsFolder) {
  std::vector<DiskOp> ops(4);
  ops[0].kind = DiskOp::Kind::kCreate;
  ops[0].path = "a";
  ops[0].file = ops[1].file = ops[2].file = 0;
  ops[1].bytes = "xy";
  ops[2].kind = DiskOp::Kind::kSync;
  ops[3].kind = DiskOp::Kind::kSyncDir;
  ops[3].path = ".";
  std::vector<std::string> found;
  ForEachLoss(ops, [&](const DiskState& state, size_t) {
    const auto file = state.files.find("a");
    found.push_back(file == state.files.end() ? "no file" : "'" + file->second + "'");
  });
  const std::vector<std::string> expected = {"no file", "''", "'xy'", std::string("'\0\0'", 4),
                                             "'x'"};
  EXPECT_EQ(found, expected);
}

/// Writes a red run that is rerun and passes, line by line, with a promise behind every sync.
class RunOnDisk {
 public:
  RunOnDisk() {
    static_cast<void>(os::MakeDirs(ledger::RunsDir(dir_.path())).value());
    DiskRecorder recorder(ledger::RunsDir(dir_.path()));
    folder_ = ledger::CreateRun(dir_.path(), header_, ledger::RunEnvironment()).value();
    recorder.Promise();
    promised_bytes_ = {0, 0};
    const std::string whole = ledger::SampleJournal();
    auto journal = std::make_unique<ledger::Journal>(
        ledger::Journal::Create(folder_.journal(), 1000, ledger::SampleRequest()).value());
    ledger::ScanJournal(whole, [&](ledger::JournalLine&& line) {
      if (std::holds_alternative<ledger::RequestLine>(line.body)) {
        return;
      }
      static_cast<void>(journal->Append(line.at, line.body).value());
      static_cast<void>(journal->Flush().value());
      const bool is_node = std::holds_alternative<model::Node>(line.body);
      if (!is_node || std::get<model::Node>(line.body).status == NodeStatus::kFailed) {
        static_cast<void>(loop_.Run(journal->Sync(worker_)).value());
        recorder.Promise();
        promised_bytes_.push_back(os::StatusOf(folder_.journal())->size);
      }
    });
    text_ = os::ReadFile(folder_.journal(), kLimit).value();
    EXPECT_EQ(text_, whole);
    ops_ = recorder.Take();
  }

  const std::vector<DiskOp>& ops() const { return ops_; }
  const std::string& text() const { return text_; }
  const std::string& run_id() const { return header_.run_id; }
  /// Bytes of the journal that `promises` promises are about.
  uint64_t PromisedBytes(size_t promises) const { return promised_bytes_[promises]; }

 private:
  support::TempDir dir_;
  support::Loop loop_;
  async::Worker worker_{1};
  ledger::RunHeader header_ = ledger::SampleHeader();
  ledger::RunFolder folder_;
  std::vector<DiskOp> ops_;
  std::string text_;
  std::vector<uint64_t> promised_bytes_;
};

TEST(PowerLoss, OfARunsJournalWhatWasPromisedIsThereAndTheRestIsAPrefix) {
  const RunOnDisk run;
  size_t states = 0;
  ForEachLoss(run.ops(), [&](const DiskState& state, size_t promises) {
    const support::TempDir dir;
    ++states;
    state.PutAt(ledger::RunsDir(dir.path()));
    const ledger::RunFolder folder = ledger::FolderOf(dir.path(), run.run_id());
    const auto record = ledger::ReadRun(folder);
    ASSERT_TRUE(record || promises == 0) << record.error().message();
    const auto journal = os::ReadFile(folder.journal(), kLimit);
    const std::string text = journal.value_or("");
    const ledger::JournalEnd end = ledger::ScanJournal(text, {});
    ASSERT_GE(end.sound_bytes, run.PromisedBytes(promises)) << "a promised line is lost";
    const std::string sound = text.substr(0, end.sound_bytes);
    ASSERT_TRUE(run.text().starts_with(sound)) << "a line that nobody wrote";
    if (!record || !end.has_request) {
      return;
    }
    const bool passed = record->settled && record->settled->verdict == model::Verdict::kPassed;
    ASSERT_EQ(passed, sound.find("\"verdict\":\"passed\"") != std::string::npos);
    if (end.closed) {
      return;
    }
    // The next owner goes on behind what is sound.
    auto adopted = ledger::Journal::Adopt(folder.journal());
    ASSERT_TRUE(adopted) << adopted.error().message();
    std::string more = sound;
    ledger::OwnerLine owner;
    owner.epoch = 9;
    ledger::EncodeLine(more, 2000, ledger::JournalBody(owner));
    ASSERT_TRUE(adopted->Append(2000, ledger::JournalBody(owner)));
    ASSERT_TRUE(adopted->Flush());
    ASSERT_EQ(os::ReadFile(folder.journal(), kLimit).value(), more);
  });
  EXPECT_GT(states, 300U);
  RecordProperty("states", static_cast<int>(states));
}

/// A lane's folder while two nodes run: logs grow, attempts are written down, groups are synced.
class LaneOnDisk {
 public:
  LaneOnDisk() {
    const model::LaneFolder folder(dir_ / "lane");
    static_cast<void>(os::MakeDirs(folder.path()).value());
    DiskRecorder recorder(dir_ / "lane");
    static_cast<void>(os::MakeDirs(folder.logs()).value());
    model::LaneHistory history;
    lane::GroupSync sync(tasks_, clock_, worker_);
    auto journal = lane::JournalWriter::Open(folder.journal(), history).value();
    sync.WroteNameIn(folder.path());
    const auto note = [&](const model::Attempt& attempt) {
      journal.Add("attempt", surface::Encoded(attempt));
      journal.Flush();
      sync.Wrote(journal.sync_fd());
    };
    int number = 0;
    for (const std::string node : {"one", "two", "three"}) {
      auto log = lane::AttemptLog::Create(folder.log(node, 1)).value();
      sync.WroteNameIn(folder.logs());
      model::Attempt attempt;
      attempt.node = node;
      note(attempt);
      std::string bytes;
      for (int line = 0; line < 3; ++line) {
        const std::string more = node + " says " + std::to_string(line) + "\n";
        static_cast<void>(log->Append(more).value());
        bytes += more;
      }
      log->Seal();
      sync.Wrote(log->fd());
      attempt.status = NodeStatus::kOk;
      attempt.log_bytes = bytes.size();
      attempt.log_sha256 = base::Sha256Hex(bytes);
      attempt.log_complete = true;
      note(attempt);
      ended_.push_back(attempt);
      // Two of them are synced together.
      if (++number != 2) {
        loop_.Run(sync.Now());
        recorder.Promise();
        promised_.push_back(ended_.size());
      }
    }
    ops_ = recorder.Take();
    tasks_.Kill();
    loop_.RunUntilIdle();
  }

  const std::vector<DiskOp>& ops() const { return ops_; }
  /// The attempts that were known to be on the disk, in order.
  std::vector<model::Attempt> Promised(size_t promises) const {
    const size_t count = promises == 0 ? 0 : promised_[promises - 1];
    return {ended_.begin(), ended_.begin() + static_cast<ptrdiff_t>(count)};
  }

 private:
  support::TempDir dir_;
  support::Loop loop_;
  support::FakeClock clock_;
  async::TaskGroup tasks_{loop_.executor()};
  lane::LazyWorker worker_;
  std::vector<DiskOp> ops_;
  std::vector<model::Attempt> ended_;
  std::vector<size_t> promised_;
};

TEST(PowerLoss, OfALaneWhatWasSyncedIsWholeAndNoOtherLogIsBelieved) {
  const LaneOnDisk lane;
  size_t states = 0;
  size_t doubted = 0;
  ForEachLoss(lane.ops(), [&](const DiskState& state, size_t promises) {
    const support::TempDir dir;
    ++states;
    const model::LaneFolder folder(dir / "lane");
    state.PutAt(folder.path());
    auto words = coordinator::LastWordsOf(folder);
    coordinator::DoubtLogs(folder, words);
    std::map<std::string, model::Attempt> by_node;
    for (const model::Attempt& attempt : words) {
      by_node[attempt.node] = attempt;
      const auto log = os::ReadFile(folder.log(attempt.node, 1), kLimit);
      const bool whole = log && base::Sha256Hex(*log) == attempt.log_sha256;
      if (model::IsTerminal(attempt.status)) {
        ASSERT_EQ(attempt.log_complete, whole) << attempt.node;
        doubted += attempt.log_complete ? 0 : 1;
      }
    }
    for (const model::Attempt& promised : lane.Promised(promises)) {
      ASSERT_TRUE(by_node[promised.node] == promised) << promised.node << " was promised";
    }
    // The lane that comes after it reads the same and goes on behind it.
    model::LaneHistory history;
    auto journal = lane::JournalWriter::Open(folder.journal(), history);
    ASSERT_TRUE(journal) << journal.error().message();
    ASSERT_EQ(history.attempts.size(), words.size());
  });
  EXPECT_GT(states, 300U);
  EXPECT_GT(doubted, 0U);
  RecordProperty("states", static_cast<int>(states));
}

}  // namespace
}  // namespace odu::faults
