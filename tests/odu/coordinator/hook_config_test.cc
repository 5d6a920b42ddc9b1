#include "odu/coordinator/hook_config.h"

#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace odu::coordinator {
namespace {

TEST(HookConfig, NamesAProgramForEachEvent) {
  const auto config =
      ParseHookConfig(R"({"on_red":["notify-send","red"],"on_settle":["/bin/done"]})", "config");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->on_red, (std::vector<std::string>{"notify-send", "red"}));
  EXPECT_EQ(config->on_settle, std::vector<std::string>{"/bin/done"});
  EXPECT_EQ(ParseHookConfig("{}", "config"), HookConfig());
}

TEST(HookConfig, WhatIsWrongIsNamedWithItsKey) {
  EXPECT_EQ(ParseHookConfig(R"({"on_green":["x"]})", "c.json").error().message(),
            "c.json: 'on_green' is no key of this file (on_red, on_settle)");
  for (const char* text : {R"({"on_red":"x"})", R"({"on_red":[]})", R"({"on_red":[1]})",
                           R"({"on_red":["a\u0000b"]})", R"({"on_red":[""]})", "[]"}) {
    EXPECT_EQ(ParseHookConfig(text, "c.json").error().code(), "bad_config") << text;
  }
  EXPECT_EQ(ParseHookConfig("{", "c.json").error().code(), "bad_json");
}

TEST(HookConfig, IsTheUsersOwnFile) {
  const support::TempDir home;
  os::Environment environment({"HOME=" + home.path()});
  EXPECT_EQ(LoadHookConfig(environment), HookConfig());
  home.Write(".config/odu/config.json", R"({"on_red":["home"]})");
  EXPECT_EQ(LoadHookConfig(environment)->on_red, std::vector<std::string>{"home"});
  environment.Set("XDG_CONFIG_HOME", home / "xdg");
  EXPECT_EQ(LoadHookConfig(environment), HookConfig());
  environment.Set("ODU_CONFIG", home / "mine.json");
  EXPECT_EQ(LoadHookConfig(environment).error().code(), "not_found");
  home.Write("mine.json", R"({"on_settle":["mine"]})");
  EXPECT_EQ(LoadHookConfig(environment)->on_settle, std::vector<std::string>{"mine"});
}

}  // namespace
}  // namespace odu::coordinator
