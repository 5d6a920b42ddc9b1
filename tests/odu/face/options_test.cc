#include "odu/face/options.h"

#include <gtest/gtest.h>

#include <set>

#include "base/json.h"
#include "base/text.h"
#include "golden.h"
#include "odu/face/display.h"

namespace odu::face {
namespace {

TEST(Options, EveryHelpIsAsItWas) {
  std::string all = MainHelp();
  for (const CommandSpec& command : Commands()) {
    if (command.alias_of.empty()) {
      all += "\n--------\n" + CommandHelp(command);
    }
  }
  ExpectGolden("help.txt", all);
}

TEST(Options, HelpFitsATerminal) {
  for (const CommandSpec& command : Commands()) {
    for (const std::string_view line : base::Split(CommandHelp(command), '\n')) {
      EXPECT_LE(DisplayWidth(line), 100U) << line;
    }
  }
}

TEST(Options, MonitorIsAHiddenNameOfAttach) {
  EXPECT_EQ(FindCommand("monitor"), FindCommand("attach"));
  EXPECT_EQ(MainHelp().find("monitor"), std::string::npos);
}

TEST(Options, NoCommandHasTheSameOptionTwice) {
  for (const CommandSpec& command : Commands()) {
    std::set<std::string_view> names{"--help", "-h"};
    for (const OptionSpec& option : command.options) {
      EXPECT_TRUE(names.insert(option.name).second) << option.name;
      EXPECT_TRUE(option.letter.empty() || names.insert(option.letter).second) << option.letter;
      EXPECT_FALSE(option.help.empty()) << option.name;
    }
  }
}

TEST(Options, TheTableIsReadableByTools) {
  const auto json = base::ParseJson(OptionsJson(), "options");
  ASSERT_TRUE(json.has_value());
  EXPECT_EQ(json->at("commands").as_array().size(), Commands().size());
}

}  // namespace
}  // namespace odu::face
