#include "odu/plan/just_lexer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace odu::plan {
namespace {

/// Each logical line as its tokens, separated by spaces and |.
std::string Lines(std::string_view text) {
  JustLexer lexer(text);
  std::vector<JustToken> line;
  std::string out;
  while (lexer.NextLine(line)) {
    for (const JustToken& token : line) {
      EXPECT_EQ(text.substr(token.begin, token.end - token.begin), token.text);
      out += fmt::format("{} ", token.text);
    }
    out += "| ";
  }
  return out;
}

TEST(JustLexer, CutsHeadersIntoNamesStringsAndMarks) {
  EXPECT_EQ(Lines("@a-b x='1' *y: (c \"d\" + e) f::g && h\n"),
            "@ a-b x = '1' * y : ( c \"d\" + e ) f :: g && h | ");
}

TEST(JustLexer, SkipsCommentsBlankLinesAndBodies) {
  EXPECT_EQ(Lines("# [linux] don't\n\na: # it's\n  echo \"\n  [linux]\n\n  ' x\n\r\nb:\n\tc\n"),
            "a : | b : | ");
}

TEST(JustLexer, KeepsStringsOverLinesWhole) {
  EXPECT_EQ(Lines("x := '''\n[linux]\n''' + \"a\\\"b\n\" + `c\nd`\ny:\n"),
            "x := '''\n[linux]\n''' + \"a\\\"b\n\" + `c\nd` | y : | ");
}

TEST(JustLexer, ContinuesALineInsideBracketsAndAfterABackslash) {
  EXPECT_EQ(Lines("[\n a,\n b\n]\nx: a \\\n b\nz:\n"), "[ a , b ] | x : a b | z : | ");
}

TEST(JustLexer, FindsTheEndOfAnInterpolationInABody) {
  EXPECT_EQ(Lines("a:\n  echo {{ '''\n[linux]\n}}''' }} x\n  {{{{ y\nb:\n"), "a : | b : | ");
}

TEST(JustLexer, KnowsStringsInsideFormatStrings) {
  EXPECT_EQ(Lines("x := f'a{{ \"'\" }}b' + x'$HOME'\ny:\n"),
            "x := f'a{{ \"'\" }}b' + x'$HOME' | y : | ");
}

TEST(JustLexer, EndsOnWhatNeverEnds) {
  for (const char* text : {"x := '", "x := \"\\", "x := `", "[", "a:\n  {{", "x := f'{{f'{{f'{{",
                           "x := '''", "\\", "(((", "a \\\n", "x'", "\r", " ", ")))\na:\n"}) {
    Lines(text);
  }
  EXPECT_EQ(Lines(")))\na:\n"), ") ) ) | a : | ");
}

std::string Value(std::string_view token) {
  std::string out;
  return StringValue(token, out) ? out : "(unknown)";
}

TEST(StringValue, ReadsEachKindOfString) {
  EXPECT_EQ(Value("'a\\n'"), "a\\n");
  EXPECT_EQ(Value(R"("a\n\t\r\"\\")"), "a\n\t\r\"\\");
  EXPECT_EQ(Value("\"a\\\nb\""), "ab");
  EXPECT_EQ(Value("'''\n  a\n    b\n  '''"), "a\n  b\n");
  EXPECT_EQ(Value("''"), "");
}

TEST(StringValue, LeavesWhatOnlyJustKnows) {
  for (const char* token : {"x'$HOME'", "f'a'", "`a`", "'a", "\"\\q\"", "'", ""}) {
    EXPECT_EQ(Value(token), "(unknown)") << token;
  }
}

TEST(QuotedForJust, IsReadBackAsItWas) {
  const std::string text = "/tmp/a 'b' \"c\" \\d";
  EXPECT_EQ(Value(QuotedForJust(text)), text);
}

}  // namespace
}  // namespace odu::plan
