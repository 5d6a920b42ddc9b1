#include "faults/oracle.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>
#include <string_view>

#include "os/file_system.h"
#include "support/checkout_fixture.h"

/// An oracle that finds nothing in anything would be worth nothing: each promise is broken by hand.
namespace odu::faults {
namespace {

constexpr size_t kLimit = size_t{256} << 20;

class OracleTest : public support::CheckoutFixture {
 protected:
  OracleTest() {
    environment_ = {"ODU_TIME_SCALE=200"};
    for (const auto& [name, kind] : {std::pair("n0", StepKind::kQuick), {"n1", StepKind::kQuick}}) {
      Step step;
      step.name = name;
      step.kind = kind;
      step.lines = 3;
      pipeline_.steps.push_back(step);
    }
  }

  void SetUp() override {
    Write("step", StepPipeline::StepProgram(Mark("witness")), 0755);
    Justfile(pipeline_.Justfile());
    ASSERT_EQ(Run().exit_code, 0);
    ASSERT_TRUE(support::Eventually([this] {
      const auto journal = os::ReadFile(NewestRun() + "/journal.ndjson", size_t{1} << 20);
      return journal && journal->find("{\"t\":\"closed\"") != std::string::npos;
    }));
    ASSERT_EQ(VerdictOf(NewestRun()), "passed");
    ASSERT_TRUE(support::Eventually([this] { return LanePid() == 0; }));
  }

  std::vector<std::string> Complaints(const std::string& witness) const {
    Remains remains;
    remains.run_folder = NewestRun();
    remains.platform = Here();
    remains.witness = witness;
    return ComplaintsOf(remains, pipeline_);
  }
  std::vector<std::string> Complaints() const { return Complaints(ReadMark("witness")); }

  std::string Lane(std::string_view name) const {
    return NewestRun() + "/lanes/" + Here() + "/" + std::string(name);
  }

  /// True when it complains while `path` has `what` replaced by `with` in its text.
  bool Sees(const std::string& path, std::string_view what, std::string_view with) const {
    const auto before = os::StatusOf(path).value();
    const std::string text = os::ReadFile(path, kLimit).value();
    std::string other = text;
    const size_t at = other.rfind(what);
    EXPECT_NE(at, std::string::npos) << what << " in\n" << text;
    other.replace(at, what.size(), with);
    static_cast<void>(os::WriteFileAtomic(path, other, {before.mode, false}).value());
    const bool complains = !Complaints().empty();
    static_cast<void>(os::WriteFileAtomic(path, text, {before.mode, false}).value());
    return complains;
  }

  StepPipeline pipeline_;
};

TEST_F(OracleTest, SeesEveryPromiseThatIsBroken) {
  ASSERT_EQ(Complaints(), std::vector<std::string>());
  const std::string witness = ReadMark("witness");
  EXPECT_FALSE(Complaints(witness + "n1 1 begins\n").empty()) << "an attempt that ran twice";
  EXPECT_FALSE(Complaints(witness + "n1 1 ends\n").empty());
  EXPECT_FALSE(Complaints(witness + "n7 1 begins\n").empty()) << "one that nobody wrote down";
  EXPECT_FALSE(Complaints("").empty()) << "ok without having run";

  const std::string journal = NewestRun() + "/journal.ndjson";
  EXPECT_TRUE(Sees(journal, "\"verdict\":\"passed\"", "\"verdict\":\"failed\""));
  EXPECT_TRUE(Sees(journal, "\"t\":\"closed\"", "\"t\":\"cloned\""));
  EXPECT_TRUE(Sees(journal, "\n", ""));
  EXPECT_TRUE(Sees(journal, "\"status\":\"ok\"", "\"status\":\"errored\""));
  EXPECT_TRUE(Sees(journal, "\"log_complete\":true", "\"log_complete\":false"));
  EXPECT_TRUE(Sees(journal, ",\"log_complete\":true", "0,\"log_complete\":true"));

  EXPECT_TRUE(Sees(Lane("journal.ndjson"), "\"ended\"", "\"endet\""));
  EXPECT_TRUE(Sees(Lane("journal.ndjson"), "\"status\":\"ok\"", "\"status\":\"running\""));
  EXPECT_TRUE(Sees(Lane("journal.ndjson"), "\"log_sha256\":\"", "\"log_sha256\":\"0"));

  const std::string log = Lane("logs/n1.1.log");
  EXPECT_TRUE(Sees(log, "n1 2", "n1 4"));
  EXPECT_TRUE(Sees(log, "n1 3 of the known sequence\n", ""));
  ASSERT_EQ(chmod(log.c_str(), 0600), 0);
  EXPECT_FALSE(Complaints().empty()) << "a log that is not sealed";
  ASSERT_EQ(chmod(log.c_str(), 0444), 0);
  EXPECT_EQ(Complaints(), std::vector<std::string>());
}

}  // namespace
}  // namespace odu::faults
