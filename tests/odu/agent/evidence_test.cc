#include "odu/agent/evidence.h"

#include <gtest/gtest.h>

#include <string>

#include "surface/codec.h"

namespace odu::agent {
namespace {

LogLines LinesOf(std::string_view text) {
  LogLines log;
  log.size = text.size();
  CutLines(text, 0, 1, log);
  return log;
}

/// "tool level file:line[:column] [test] message" of each annotation.
std::vector<std::string> Said(std::string_view text) {
  std::vector<std::string> said;
  for (const Annotation& a : ExcerptOf(LinesOf(text)).annotations) {
    std::string line = a.tool + " " + a.level + " " + a.file;
    line += a.line ? ":" + std::to_string(*a.line) : "";
    line += a.column ? ":" + std::to_string(*a.column) : "";
    line += a.test.empty() ? "" : " [" + a.test + "]";
    said.push_back(line + " " + a.message);
  }
  return said;
}

using Words = std::vector<std::string>;

TEST(Evidence, GccAndClang) {
  EXPECT_EQ(Said("[1/2] Building a.o\n"
                 "src/a.cc: In function 'int f()':\n"
                 "src/a.cc:3:13: error: expected ';' before '}' token\n"
                 "    3 |   return 0 }\n"
                 "      |           ^~\n"
                 "src/b.h:7:10: fatal error: 'nothing.h' file not found\n"
                 "src/c.cc:1:1: warning: unused\n"
                 "ninja: build stopped: subcommand failed.\n"),
            (Words{"gcc error src/a.cc:3:13 expected ';' before '}' token",
                   "gcc error src/b.h:7:10 'nothing.h' file not found"}));
  EXPECT_EQ(Said("/usr/bin/ld: main.o: in function `main':\n"
                 "main.cc:5: undefined reference to `f()'\n"
                 "collect2: error: ld returned 1 exit status\n")[0],
            "linker error  main.cc:5: undefined reference to `f()'");
  EXPECT_EQ(Said("src/x.ts(12,5): error TS2322: Type 'string' is no 'number'.\n"),
            (Words{"tsc error src/x.ts:12:5 TS2322: Type 'string' is no 'number'."}));
}

TEST(Evidence, Cargo) {
  EXPECT_EQ(Said("   Compiling x v0.1.0\n"
                 "error[E0308]: mismatched types\n"
                 " --> src/lib.rs:5:9\n"
                 "  |\n"
                 "5 |         \"a\"\n"
                 "  |         ^^^ expected `i32`, found `&str`\n"
                 "\n"
                 "error: could not compile `x` (lib) due to 1 previous error\n"),
            (Words{"cargo error src/lib.rs:5:9 mismatched types"}));
  EXPECT_EQ(
      Said("running 2 tests\n"
           "test tests::adds ... FAILED\n\nfailures:\n\n---- tests::adds stdout ----\n"
           "thread 'tests::adds' panicked at src/lib.rs:12:9:\n"
           "assertion `left == right` failed\n  left: 3\n right: 4\n\n"
           "test result: FAILED. 1 passed; 1 failed\n"),
      (Words{"cargo failure src/lib.rs:12:9 [tests::adds] assertion `left == right` failed"}));
}

TEST(Evidence, Go) {
  EXPECT_EQ(Said("# example.com/x\n./main.go:12:5: undefined: y\n"),
            (Words{"go error ./main.go:12:5 undefined: y"}));
  EXPECT_EQ(Said("=== RUN   TestAdd\n    add_test.go:9: got 3, want 4\n--- FAIL: TestAdd (0.00s)\n"
                 "    add_test.go:9: got 3, want 4\nFAIL\nFAIL\texample.com/x\t0.002s\n"),
            (Words{"go failure add_test.go:9 [TestAdd] got 3, want 4"}));
}

TEST(Evidence, PytestAndTracebacks) {
  EXPECT_EQ(Said("=================== FAILURES ===================\n"
                 "___________________ test_add ___________________\n\n"
                 "    def test_add():\n"
                 ">       assert add(1, 2) == 4\n"
                 "E       assert 3 == 4\n"
                 "E        +  where 3 = add(1, 2)\n\n"
                 "tests/test_add.py:5: AssertionError\n"
                 "=========== short test summary info ============\n"
                 "FAILED tests/test_add.py::test_add - assert 3 == 4\n"),
            (Words{"pytest failure tests/test_add.py:5 [test_add] assert 3 == 4"}));
  EXPECT_EQ(Said("Traceback (most recent call last):\n"
                 "  File \"run.py\", line 3, in <module>\n    main()\n"
                 "  File \"lib/x.py\", line 9, in main\n    raise ValueError(\"no\")\n"
                 "ValueError: no\n"),
            (Words{"python error lib/x.py:9 ValueError: no"}));
}

TEST(Evidence, JestAndVitest) {
  EXPECT_EQ(Said("FAIL src/add.test.js\n  ● adds › two numbers\n\n"
                 "    expect(received).toBe(expected)\n\n    Expected: 4\n    Received: 3\n\n"
                 "      at Object.toBe (node_modules/x/index.js:1:1)\n"
                 "      at Object.<anonymous> (src/add.test.js:5:21)\n\nTest Suites: 1 failed\n"),
            (Words{"jest failure src/add.test.js:5:21 [adds › two numbers] "
                   "expect(received).toBe(expected)"}));
  EXPECT_EQ(Said(" FAIL  src/add.test.ts > adds two numbers\n"
                 "AssertionError: expected 3 to be 4\n\n ❯ src/add.test.ts:5:21\n"),
            (Words{"vitest failure src/add.test.ts:5:21 [src/add.test.ts > adds two numbers] "
                   "AssertionError: expected 3 to be 4"}));
}

TEST(Evidence, GtestAndCtest) {
  EXPECT_EQ(Said("[ RUN      ] Add.Adds\n"
                 "tests/add_test.cc:12: Failure\nExpected equality of these values:\n"
                 "  Add(1, 2)\n    Which is: 3\n  4\n[  FAILED  ] Add.Adds (0 ms)\n"),
            (Words{"gtest failure tests/add_test.cc:12 [Add.Adds] "
                   "Expected equality of these values:"}));
  EXPECT_EQ(Said("The following tests FAILED:\n\t  3 - add (Failed)\nErrors while running CTest\n"),
            (Words{"ctest failure  1 failed: 3 - add (Failed)"}));
}

TEST(Evidence, Tap) {
  EXPECT_EQ(Said("TAP version 13\nok 1 - a\nnot ok 2 - adds\n  ---\n  message: got 3\n"
                 "  file: t/add.t\n  line: 7\n  ...\n1..2\n"),
            (Words{"tap failure t/add.t:7 [adds] got 3"}));
  EXPECT_TRUE(Said("not ok whatever that means\n").empty());
}

TEST(Evidence, WithoutAToolTheEndOfTheLogIsShown) {
  std::string text;
  for (int i = 0; i < 2000; ++i) {
    text += "line " + std::to_string(i) + "\n";
  }
  const Excerpt excerpt = ExcerptOf(LinesOf(text));
  EXPECT_EQ(excerpt.source, "tail");
  EXPECT_TRUE(excerpt.text.ends_with("line 1999\n"));
  EXPECT_LE(excerpt.text.size(), kExcerptBytes);
  EXPECT_TRUE(excerpt.cut);
  EXPECT_GT(excerpt.first_line, 1u);
  EXPECT_EQ(text.substr(excerpt.offset, 5), "line ");
  EXPECT_TRUE(ExcerptOf(LinesOf("")).text.empty());
}

TEST(Evidence, AnErrorFarAboveIsFoundAndWarningsDoNotHideIt) {
  std::string text;
  for (int i = 0; i < 300; ++i) {
    text += "src/w.c:" + std::to_string(i) + ":1: warning: noise\n";
  }
  text += "src/a.c:3:5: error: here\n";
  for (int i = 0; i < 3000; ++i) {
    text += "make: still going on with part " + std::to_string(i) + "\n";
  }
  const Excerpt excerpt = ExcerptOf(LinesOf(text));
  EXPECT_EQ(excerpt.source, "gcc");
  EXPECT_NE(excerpt.text.find("src/a.c:3:5: error: here"), std::string::npos);
  EXPECT_TRUE(excerpt.text.ends_with("part 2999\n"));
  ASSERT_EQ(excerpt.annotations.size(), 1u);
  EXPECT_EQ(excerpt.annotations[0].line, 3);
}

TEST(Evidence, ManyErrorsAreBoundedAndSaidToBeMore) {
  std::string text;
  for (int i = 0; i < 500; ++i) {
    text += "src/a.c:" + std::to_string(i) + ":1: error: " + std::string(300, 'x') + "\n";
  }
  const Excerpt excerpt = ExcerptOf(LinesOf(text));
  EXPECT_EQ(excerpt.annotations.size(), kMostAnnotations);
  EXPECT_TRUE(excerpt.cut);
  EXPECT_LE(surface::Encoded(excerpt).size(), size_t{5} << 10);
}

TEST(Evidence, LogsMadeToBeSlowAreReadAtOnceAndBounded) {
  for (const std::string line :
       {"E  x\n", "Traceback (most recent call last)\n", "  ● a\n", "FAIL a > b\n",
        "not ok 1 - a\n---\n", "--- FAIL: a\n", "panic: x\n", "error: a\n --> a.rs:1:1\n",
        "a.c:1: Failure\n", "a.c:1:1: error: x\n", "a.c:1:1: warning: x\n", "\x1b[\x1b]", "\r",
        "\r\n", "a\r", "____ ____\nE  x\n", "The following tests FAILED:\n - \n", "\n", "::::"}) {
    std::string text;
    while (text.size() < size_t{256} << 10) {
      text += line;
    }
    const Excerpt excerpt = ExcerptOf(LinesOf(text));
    EXPECT_LE(excerpt.text.size(), kExcerptBytes + 8) << line;
    EXPECT_LE(excerpt.annotations.size(), kMostAnnotations) << line;
  }
}

TEST(Evidence, ALogOfOneEndlessLineIsCut) {
  const Excerpt excerpt = ExcerptOf(LinesOf(std::string(100'000, 'z')));
  EXPECT_LE(excerpt.text.size(), kExcerptBytes + 8);
  EXPECT_TRUE(excerpt.cut);
}

}  // namespace
}  // namespace odu::agent
