#include "odu/command/doctor_logs.h"

#include "base/sha256.h"
#include "doctor_fixture.h"
#include "odu/ledger/log_store.h"

namespace odu::command {
namespace {

void Check(const DoctorCall& call, Findings& findings) {
  DoctorCall with_logs = call;
  with_logs.on_logs_of = [](size_t run, size_t runs) { EXPECT_LE(run, runs); };
  CheckLogs(with_logs, findings);
}

class DoctorLogs : public DoctorTest {
 protected:
  DoctorLogs() {
    run_id_ = ledger_.Run(1000, {{"build"}}, std::nullopt);
    const ledger::RunFolder folder = ledger::FolderOf(ledger_.state(), run_id_);
    path_ = ledger::LogFileOf(folder, "x86_64-linux", "build", 1);
    Write("what it wrote\n");
    std::string text = *os::ReadFile(folder.journal(), size_t{1} << 20);
    ledger::LogLine line{"build@x86_64-linux", 1, 14, base::Sha256Hex("what it wrote\n")};
    ledger::EncodeLine(text, 2000, ledger::JournalBody(line));
    EXPECT_TRUE(os::WriteFileAtomic(folder.journal(), text).has_value());
    ledger_.Close(run_id_, model::Verdict::kPassed, 3000);
  }
  void Write(const std::string& text) {
    EXPECT_TRUE(os::MakeDirs(path_.substr(0, path_.rfind('/')), 0700).has_value());
    EXPECT_TRUE(os::WriteFileAtomic(path_, text).has_value());
  }
  std::string Trouble() {
    const auto found = Found(Check);
    if (found.size() != 1 || found[0].about != "log" || found[0].fixable) {
      return fmt::format("{} findings", found.size());
    }
    EXPECT_NE(found[0].remedy.find("odu rerun --run " + run_id_ + " build@x86_64-linux"),
              std::string::npos)
        << found[0].remedy;
    return found[0].text;
  }

  std::string run_id_;
  std::string path_;
};

TEST_F(DoctorLogs, WholeOnesAreNoFinding) {
  EXPECT_TRUE(Found(Check).empty());
}

TEST_F(DoctorLogs, OneThatWasChangedInPlaceIsTold) {
  Write("what it wr0te\n");
  EXPECT_EQ(Trouble(),
            "run 26d2c2d#1 of '/home/me/work': the log of build@x86_64-linux, attempt 1, is not "
            "what its node wrote: "
            "its sha256 is another");
}

TEST_F(DoctorLogs, OneThatWasCutIsTold) {
  Write("what it");
  EXPECT_EQ(Trouble(),
            "run 26d2c2d#1 of '/home/me/work': the log of build@x86_64-linux, attempt 1, has 7 "
            "bytes where its node "
            "wrote 14");
}

TEST_F(DoctorLogs, OneThatIsGoneIsTold) {
  ASSERT_EQ(::unlink(path_.c_str()), 0);
  EXPECT_EQ(Trouble(),
            "run 26d2c2d#1 of '/home/me/work': the log of build@x86_64-linux, attempt 1, is gone");
}

}  // namespace
}  // namespace odu::command
