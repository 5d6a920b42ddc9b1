#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "ledger_fixture.h"
#include "odu/ledger/checkout_folder.h"
#include "odu/ledger/index_open.h"
#include "odu/ledger/run_folder.h"
#include "os/file_system.h"
#include "support/temp_dir.h"

namespace odu::ledger {

/// How one attempt ended, for a made-up journal.
struct MadeAttempt {
  std::string_view instance;
  model::NodeStatus status = model::NodeStatus::kOk;
  int32_t n = 1;
  int64_t duration_ms = 1000;
};

/// A state folder that a test fills with runs.
class StoredLedger {
 public:
  static constexpr std::string_view kCheckout = "0123456789abcdef";

  std::string state() const { return folder_.path(); }

  /// A run with these attempts; closed with that verdict, else left without its last line.
  std::string Run(int64_t time, const std::vector<MadeAttempt>& attempts,
                  std::optional<model::Verdict> closed = model::Verdict::kPassed,
                  std::string_view sha = kSha, std::string_view checkout = kCheckout) {
    const CheckoutFolder place = CheckoutFolderOf(state(), checkout);
    EXPECT_TRUE(os::MakeDirs(place.path).has_value());
    RunHeader header = SampleHeader(time);
    header.checkout_id = checkout;
    header.sha = sha;
    header.seq = MintRun(place, header.run_id, sha, time)->seq;
    header.ref = RefOf(sha, header.seq);
    const auto folder = CreateRun(state(), header, {});
    EXPECT_TRUE(folder.has_value());
    std::string text;
    EncodeLine(text, time, JournalBody(SampleRequest()));
    for (const MadeAttempt& attempt : attempts) {
      model::Node node = SampleNode(attempt.instance, attempt.status, attempt.n);
      node.started_at = time;
      node.duration_ms = attempt.duration_ms;
      EncodeLine(text, time + 1, node);
    }
    EXPECT_TRUE(os::WriteFileAtomic(folder->journal(), text).has_value());
    if (closed) {
      Close(header.run_id, *closed, time + 2);
    }
    return header.run_id;
  }

  void Close(const std::string& run_id, model::Verdict verdict, int64_t at) {
    const std::string path = FolderOf(state(), run_id).journal();
    std::string text = *os::ReadFile(path, size_t{1} << 20);
    SettledLine settled;
    settled.verdict = verdict;
    EncodeLine(text, at, JournalBody(settled));
    ClosedLine line;
    line.verdict = verdict;
    EncodeLine(text, at + 1, JournalBody(line));
    EXPECT_TRUE(os::WriteFileAtomic(path, text).has_value());
  }

  /// Refs of all runs as the index has them, newest first.
  std::vector<std::string> Refs(RunQuery query = {}) {
    query.limit = 1000;
    auto opened = OpenIndex(state());
    EXPECT_TRUE(opened.has_value()) << opened.error().message();
    EXPECT_EQ(opened->trouble, "");
    std::vector<std::string> refs;
    const auto runs = opened->index.Runs(query);
    EXPECT_TRUE(runs.has_value()) << runs.error().message();
    for (const IndexedRun& run : *runs) {
      refs.push_back(run.summary.ref);
    }
    return refs;
  }

 private:
  support::TempDir folder_;
};

}  // namespace odu::ledger
