#include "odu/terminal/log_scan.h"

#include <gtest/gtest.h>

namespace odu::terminal {
namespace {

TEST(LogPattern, CaseCountsOnlyWhereACapitalIsAskedFor) {
  EXPECT_TRUE(LogPattern::Text("error").Matches("an ERROR"));
  EXPECT_FALSE(LogPattern::Text("Error").Matches("an ERROR"));
  EXPECT_TRUE(LogPattern::Text("Error").Matches("an Error"));
  EXPECT_FALSE(LogPattern::Text("").Matches("anything"));
}

TEST(LogPattern, AnErrorIsKnownByItsWords) {
  const LogPattern errors = LogPattern::Errors();
  for (const std::string_view line :
       {"a.c:3:1: error: expected ';'", "ERROR here", "FAILED tests/x.py",
        "thread panicked: panic!", "Traceback (most recent call last):", "3 failed, 2 passed",
        "fatal: not a repository", "2 errors generated"}) {
    EXPECT_TRUE(errors.Matches(line)) << line;
  }
  for (const std::string_view line :
       {"0 failed", "no errors", "terrors", "error_handling.rs compiles", "12 passed, 0 errors"}) {
    EXPECT_EQ(errors.Matches(line), line == "error_handling.rs compiles") << line;
  }
}

TEST(LogScan, FindsTheFirstAndTheLastLine) {
  LogScan scan(LogPattern::Text("x"), 100);
  scan.Feed("a\nbx\nc\nx");
  EXPECT_EQ(scan.first(), 102U);
  EXPECT_EQ(scan.last(), 102U);
  scan.Finish();
  EXPECT_EQ(scan.last(), 107U);
}

TEST(LogScan, PiecesMayBeCutAnywhere) {
  const std::string bytes = "one\n\x1b[31mtwo\x1b[0m needle\nthree\n";
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    LogScan scan(LogPattern::Text("two needle"), 0);
    scan.Feed(std::string_view(bytes).substr(0, cut));
    scan.Feed(std::string_view(bytes).substr(cut));
    EXPECT_EQ(scan.first(), 4U) << cut;
    EXPECT_EQ(scan.at(), bytes.size());
  }
}

TEST(LogScan, ALineWithoutAnEndTakesNoMoreThanItsShare) {
  LogScan scan(LogPattern::Text("needle"), 0);
  for (int i = 0; i < 1000; ++i) {
    scan.Feed(std::string(10'000, 'x'));
  }
  scan.Feed("\nneedle\n");
  EXPECT_EQ(scan.first(), 10'000'001U);
}

TEST(LogScan, EscapesAreNoText) {
  EXPECT_EQ(WithoutEscapes("\x1b[1;31mred\x1b[0m \x1b]8;;u\x1b\\link\x1b]8;;\a\t.\x1b(B\r"),
            "red link .");
  EXPECT_EQ(WithoutEscapes("\x1b["), "");
  EXPECT_EQ(WithoutEscapes("\x1b"), "");
}

}  // namespace
}  // namespace odu::terminal
