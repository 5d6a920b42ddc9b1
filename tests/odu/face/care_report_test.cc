#include "odu/face/care_report.h"

#include <gtest/gtest.h>

namespace odu::face {
namespace {

TEST(CareReport, BytesAreShownInTheUnitThatFits) {
  EXPECT_EQ(ShownBytes(0), "0 KiB");
  EXPECT_EQ(ShownBytes(5000), "5 KiB");
  EXPECT_EQ(ShownBytes(1536 << 10), "1.5 MiB");
  EXPECT_EQ(ShownBytes(uint64_t{20} << 30), "20 GiB");
  EXPECT_EQ(ShownBytes(uint64_t{3} << 40), "3.0 TiB");
}

TEST(CareReport, PruneSaysWhatWentAndWhatDidNot) {
  model::PruneReport report;
  EXPECT_EQ(PruneText(report, 0), "removed 0 runs, about 0 KiB\n");
  constexpr int64_t kNow = 1'800'000'000'000;
  constexpr int64_t kDays = int64_t{40} * 24 * 3600 * 1000;
  report.dry_run = true;
  report.removed = {{"26d2c2d#1", "x", "/home/me/work", model::Verdict::kFailed, kNow - kDays,
                     uint64_t{3} << 20}};
  report.bytes = uint64_t{3} << 20;
  report.kept = {"26d2c2d#2: its lane x86_64-linux lives"};
  EXPECT_EQ(PruneText(report, kNow),
            "26d2c2d#1  failed  40 days ago  3.0 MiB  /home/me/work\n"
            "kept 26d2c2d#2: its lane x86_64-linux lives\n"
            "would remove 1 run, about 3.0 MiB\n");
}

TEST(CareReport, TheDoctorSaysWhatIsWrongAndWhatToDo) {
  model::DoctorReport report;
  report.looked_at = {"folders", "index"};
  EXPECT_EQ(DoctorText(report, false), "looked at folders, index\nall is well\n");
  report.findings = {{"index", "the index is damaged", "make it anew", true, false},
                     {"socket", "a dead socket", "remove it", true, true},
                     {"run", "26d2c2d#1 cannot be read", "", false, false}};
  EXPECT_EQ(DoctorText(report, false),
            "✗ the index is damaged\n"
            "  make it anew ('odu doctor --fix' does it)\n"
            "✔ a dead socket\n"
            "  fixed\n"
            "✗ 26d2c2d#1 cannot be read\n"
            "looked at folders, index\n"
            "2 things are wrong\n");
}

}  // namespace
}  // namespace odu::face
