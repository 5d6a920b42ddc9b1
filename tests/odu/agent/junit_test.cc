#include "odu/agent/junit.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "os/file_system.h"
#include "support/temp_dir.h"

namespace odu::agent {
namespace {

constexpr std::string_view kReport =
    R"(<?xml version="1.0"?><testsuites><testsuite name="s">
<testcase classname="tests.test_add" name="test_ok"/>
<testcase classname="tests.test_add" name="test_add" file="tests/test_add.py" line="4">
<failure message="assert 3 == 4">def test_add(): ...</failure></testcase>
<testcase name="boom"><error>Boom: &lt;no&gt;
src/x.py:9: in f</error></testcase></testsuite></testsuites>)";

TEST(Junit, FailuresAndErrorsAreRead) {
  const auto found = ReadJunit(kReport, 10);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 2u);
  EXPECT_EQ((*found)[0].test, "tests.test_add.test_add");
  EXPECT_EQ((*found)[0].file, "tests/test_add.py");
  EXPECT_EQ((*found)[0].line, 4);
  EXPECT_EQ((*found)[0].message, "assert 3 == 4");
  EXPECT_EQ((*found)[1].level, "error");
  EXPECT_EQ((*found)[1].message, "Boom: <no>");
  EXPECT_EQ((*found)[1].line, 9);
  EXPECT_EQ(ReadJunit(kReport, 1)->size(), 1u);
}

TEST(Junit, WhatIsNoReportIsRefused) {
  for (const std::string_view text : {"", "<a/>", "<testsuite>", "no", "<testsuite></x>"}) {
    EXPECT_EQ(ReadJunit(text, 3).error().code(), "bad_junit") << text;
  }
  // Whatever declares entities, growing without end or not.
  EXPECT_FALSE(ReadJunit("<!DOCTYPE x [<!ENTITY a \"a\">]><testsuite>&a;</testsuite>", 3));
  EXPECT_FALSE(ReadJunit("<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><testsuite/>", 3));
  std::string bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaaaaaaaaaaaa\">";
  for (char c = 'b'; c < 'z'; ++c) {
    bomb += std::string("<!ENTITY ") + c + " \"";
    for (int i = 0; i < 10; ++i) {
      bomb += std::string("&") + static_cast<char>(c - 1) + ";";
    }
    bomb += "\">";
  }
  EXPECT_FALSE(ReadJunit(bomb + "]><testsuite>&y;</testsuite>", 3));
}

TEST(Junit, OnlyNamedFilesBelowTheTreeAreRead) {
  const support::TempDir dir;
  const std::string tree = dir.path() + "/tree";
  ASSERT_TRUE(os::MakeDirs(tree + "/out"));
  ASSERT_TRUE(os::WriteFileAtomic(tree + "/out/r.xml", kReport));
  ASSERT_TRUE(os::WriteFileAtomic(dir.path() + "/secret.xml", kReport));
  ASSERT_EQ(symlink("../secret.xml", (tree + "/link.xml").c_str()), 0);
  const auto read = [&](const std::string& line) {
    LogLines log;
    CutLines(line + "\n", 0, 1, log);
    Excerpt excerpt = ExcerptOf(log);
    AddJunit(log, tree, excerpt);
    return excerpt.annotations.size();
  };
  EXPECT_EQ(read("odu-junit: out/r.xml"), 2u);
  EXPECT_EQ(read("---- generated xml file: " + tree + "/out/r.xml ----"), 2u);
  EXPECT_EQ(read("odu-junit: ../secret.xml"), 0u);
  EXPECT_EQ(read("odu-junit: link.xml"), 0u);
  EXPECT_EQ(read("odu-junit: missing.xml"), 0u);
  // What is no file is not opened: a pipe would be waited for, for ever.
  ASSERT_EQ(mkfifo((tree + "/pipe.xml").c_str(), 0600), 0);
  EXPECT_EQ(read("odu-junit: pipe.xml"), 0u);
  EXPECT_EQ(read("odu-junit: ."), 0u);
}

TEST(Junit, WhatIsLongIsCutAndWhatIsTooMuchIsSaid) {
  const support::TempDir dir;
  std::string report = "<testsuite>";
  for (int i = 0; i < 7; ++i) {
    report +=
        "<testcase name=\"t\"><failure message=\"" + std::string(100'000, 'm') + "\"/></testcase>";
  }
  ASSERT_TRUE(os::WriteFileAtomic(dir.path() + "/r.xml", report + "</testsuite>"));
  LogLines log;
  CutLines("odu-junit: r.xml\n", 0, 1, log);
  Excerpt excerpt = ExcerptOf(log);
  AddJunit(log, dir.path(), excerpt);
  ASSERT_EQ(excerpt.annotations.size(), kMostAnnotations);
  EXPECT_TRUE(excerpt.cut);
  EXPECT_LT(excerpt.annotations[0].message.size(), 200u);
  EXPECT_EQ(excerpt.source, "junit");
}

}  // namespace
}  // namespace odu::agent
