#include <gtest/gtest.h>

#include "dashboard_fixture.h"
#include "hosts/test_network.h"

/// The full screen at the end of a thin line: a real ssh over 16 KB/s (tc tbf).
namespace odu {
namespace {

class DashboardLinkTest : public DashboardTest {};

TEST_F(DashboardLinkTest, AFloodingLogLeavesRoomForKeys) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  hosts::TestHost& ant = network.Add("ant");
  const std::string home = ant.root() + "/home/ci";
  for (const std::string name : {"odu", "odu-runner"}) {
    hosts::Must({"cp", std::string(ODU_BIN_DIR) + "/" + name, home + "/" + name});
  }
  const auto there = [&](const std::string& script) {
    return ant.Run({"sh", "-c", "cd ~ && export PATH=$HOME:$PATH LANG=C.UTF-8 && " + script});
  };
  const support::CliResult begun = there(
      "git config --global user.name t && git config --global user.email t@t && "
      "git init -q repo && cd repo && "
      "printf '[metadata(\"ci\")]\\nci:\\n  @i=0; while ! test -e ~/go; do i=$((i+1)); "
      "echo \"a line of a log that rushes by: $i\"; done\\n' > justfile && "
      "git add justfile && git commit -qm x && odu run --no-post --detach --host " +
      Here() + "=localhost");
  ASSERT_EQ(begun.exit_code, 0) << begun;
  ant.Shape(128'000);
  const Tmux tmux(home_.path(), Environment(),
                  "ssh -t ci@ant 'cd repo && LANG=C.UTF-8 exec ~/odu attach'; exec sleep 1000");
  EXPECT_TRUE(tmux.UntilShown("a line of a log that rushes by")) << tmux.Screen();
  EXPECT_TRUE(tmux.UntilShown("▶ 1 running")) << tmux.Screen();
  tmux.Type("?");
  EXPECT_TRUE(tmux.UntilShown("the attempts of the node")) << tmux.Screen();
  tmux.Type("Escape");
  EXPECT_TRUE(tmux.UntilGone("the attempts of the node")) << tmux.Screen();
  tmux.Type("g");
  EXPECT_TRUE(tmux.UntilShown("rushes by: 1\n")) << tmux.Screen();
  tmux.Type("q");
  EXPECT_TRUE(Until([&] { return !tmux.IsFullScreen(); })) << tmux.Screen();
  EXPECT_TRUE(tmux.UntilShown("goes on; 'odu attach' shows it")) << tmux.Screen();
  there("touch go");
  there("cd repo && odu cancel; odu serve --stop");
}

}  // namespace
}  // namespace odu
