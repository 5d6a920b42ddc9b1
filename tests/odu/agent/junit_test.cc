#include "odu/agent/junit.h"

#include <gtest/gtest.h>
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
  // Entities that grow without end are stopped by the library.
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
}

}  // namespace
}  // namespace odu::agent
