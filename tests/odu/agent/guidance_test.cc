#include "odu/agent/guidance.h"

#include <gtest/gtest.h>

namespace odu::agent {
namespace {

base::Error WithCode(std::string code) {
  return base::Error(base::ErrorKind::kGone, std::move(code), "x");
}

TEST(Guidance, AnErrorNamesTheCallThatHelps) {
  EXPECT_NE(AdviceFor("run", WithCode("dirty_tree")).find("no_strict"), std::string::npos);
  EXPECT_NE(AdviceFor("run", WithCode("run_in_progress")).find("supersede"), std::string::npos);
  EXPECT_EQ(AdviceFor("node_rerun", WithCode("run_in_progress")).find("supersede"),
            std::string::npos);
  EXPECT_EQ(AdviceFor("run", WithCode("no_such_code")), "");
}

TEST(Guidance, TheWordsTeachTheLoop) {
  for (const std::string_view tool :
       {"run", "wait_for_settle", "tail_log", "log_search", "node_rerun"}) {
    EXPECT_NE(Instructions().find(tool), std::string_view::npos) << tool;
    EXPECT_NE(Skill().find(tool), std::string_view::npos) << tool;
  }
  EXPECT_TRUE(Skill().starts_with("---\nname: "));
}

}  // namespace
}  // namespace odu::agent
