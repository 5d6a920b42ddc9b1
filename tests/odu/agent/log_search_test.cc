#include "odu/agent/log_search.h"

#include <gtest/gtest.h>

#include <string>

#include "os/file_system.h"
#include "support/temp_dir.h"

namespace odu::agent {
namespace {

class LogSearchTest : public testing::Test {
 protected:
  SearchedLog Log(const std::string& name, std::string_view text) const {
    const std::string path = dir.path() + "/" + name;
    EXPECT_TRUE(os::WriteFileAtomic(path, text));
    return SearchedLog{path, name + "@p", 1};
  }
  support::TempDir dir;
};

TEST_F(LogSearchTest, ALiteralIsFoundAsItStandsWithItsSurroundings) {
  SearchQuery query;
  query.pattern = "a.b";
  query.context = 1;
  const std::string text = "one\naxb\ntwo\nsay a.b here\nthree\nfour\n";
  const auto found = SearchLogs({Log("x", text)}, query);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->matches.size(), 1u);
  const LogMatch& match = found->matches[0];
  EXPECT_EQ(match.line, 4u);
  EXPECT_EQ(text.substr(match.offset, 7), "say a.b");
  EXPECT_EQ(match.before, std::vector<std::string>{"two"});
  EXPECT_EQ(match.after, std::vector<std::string>{"three"});
  EXPECT_EQ(found->bytes, text.size());
}

TEST_F(LogSearchTest, ARegularExpressionAndCase) {
  SearchQuery query;
  query.pattern = "^err(or)?:";
  query.regex = true;
  EXPECT_EQ(SearchLogs({Log("x", "ERROR: a\nerr: b\nno error:\n")}, query)->matches.size(), 1u);
  query.ignore_case = true;
  EXPECT_EQ(SearchLogs({Log("x", "ERROR: a\nerr: b\nno error:\n")}, query)->matches.size(), 2u);
}

TEST_F(LogSearchTest, ABadPatternIsRefusedInWords) {
  SearchQuery query;
  query.pattern = "a(";
  EXPECT_TRUE(CheckPattern(query));
  query.regex = true;
  EXPECT_EQ(CheckPattern(query).error().code(), "bad_pattern");
  query.pattern = std::string(kLongestPattern + 1, 'a');
  EXPECT_EQ(CheckPattern(query).error().code(), "bad_pattern");
  query.pattern = "((((a{100}){100}){100}){100})";  // a program of 10^8 steps
  EXPECT_EQ(CheckPattern(query).error().code(), "bad_pattern");
  query.pattern = "";
  EXPECT_EQ(CheckPattern(query).error().code(), "bad_pattern");
}

TEST_F(LogSearchTest, MatchesComeInPagesOverAllLogs) {
  SearchQuery query;
  query.pattern = "hit";
  query.most = 2;
  query.context = 0;
  const std::vector<SearchedLog> logs{Log("a", "hit 1\nhit 2\n"), Log("none", ""),
                                      Log("b", "hit 3")};
  const auto first = SearchLogs(logs, query);
  EXPECT_TRUE(first->has_more);
  query.skip = 2;
  const auto second = SearchLogs(logs, query);
  ASSERT_EQ(second->matches.size(), 1u);
  EXPECT_EQ(second->matches[0].text, "hit 3");
  EXPECT_EQ(second->matches[0].node, "b@p");
  EXPECT_FALSE(second->has_more);
}

TEST_F(LogSearchTest, AnAnswerIsBoundedAndASearchIsStopped) {
  SearchQuery query;
  query.pattern = "x";
  query.most = 200;
  query.context = 0;
  std::string text;
  for (int i = 0; i < 200; ++i) {
    text += std::string(400, 'x') + "\n";
  }
  const auto found = SearchLogs({Log("x", text)}, query);
  EXPECT_TRUE(found->has_more);
  EXPECT_LT(found->matches.size(), 30u);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_TRUE(SearchLogs({Log("x", text)}, query, stop.get_token())->matches.empty());
}

TEST_F(LogSearchTest, AnEvilExpressionAndAnEndlessLineTakeTheirTimeAndNoMore) {
  SearchQuery query;
  query.pattern = "(a+)+$";
  query.regex = true;
  const auto found = SearchLogs({Log("x", std::string(200'000, 'a') + "b\n")}, query);
  ASSERT_TRUE(found);
  EXPECT_TRUE(SearchLogs({SearchedLog{dir.path() + "/missing", "m", 1}}, query)->matches.empty());
}

}  // namespace
}  // namespace odu::agent
