#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli_fixture.h"
#include "tmux.h"

/// The full screen as a person uses it: the real programs in a real terminal (tmux), every key.
namespace odu {

/// A run in all states that waits for the mark `go` of each test.
inline constexpr std::string_view kDashboardPipeline =
    "[metadata(\"ci\")]\nci: build lint long docs\n\n"
    "build:\n  @for i in `seq 1 300`; do echo \"build line $i\"; done\n\n"
    "lint:\n  @echo checking; echo 'a.c:3: error: bad thing'; test -e $HOME/fixed\n\n"
    "long: build\n  @echo long begins; while ! test -e $HOME/go; do sleep 0.05; done\n\n"
    "docs: lint\n  @echo docs\n";

class DashboardTest : public CliTest {
 protected:
  DashboardTest() { extra_.emplace_back("LANG=C.UTF-8"); }

  std::string Words(const std::vector<std::string>& arguments) const {
    std::string words = kOdu;
    for (const std::string& argument : arguments) {
      words += " '" + argument + "'";
    }
    return words;
  }
  /// The program in a terminal; its exit code in `left` when it has ended.
  std::unique_ptr<Tmux> InTerminal(const std::vector<std::string>& arguments, int columns = 100,
                                   int rows = 30) const {
    return std::make_unique<Tmux>(
        repo_.path(), Environment(),
        "echo before; " + Words(arguments) + "; echo $? > " + left() + "; exec sleep 1000", columns,
        rows);
  }
  std::string left() const { return home_ / "left"; }
  [[nodiscard]] bool UntilLeft(std::string_view code) const {
    return Until([&] { return os::ReadFile(left(), 10).value_or("") == std::string(code) + "\n"; });
  }
  [[nodiscard]] bool UntilLongRuns() {
    return Until(
        [&] { return Odu({"status"}).stdout_text.find("running  long@") != std::string::npos; });
  }
  void Mark(const std::string& name) const {
    EXPECT_EQ(support::RunCli({{"touch", home_ / name}, repo_.path(), {}, {}, {}}).exit_code, 0);
  }
  void Begin() {
    Justfile(kDashboardPipeline);
    EXPECT_EQ(Run({"--detach"}).exit_code, 0);
  }
  /// A terminal on the run, all its nodes where they will stay.
  std::unique_ptr<Tmux> Attached(int columns = 100, int rows = 30) {
    Begin();
    auto tmux = InTerminal({"attach"}, columns, rows);
    EXPECT_TRUE(tmux->UntilShown("✗ 1 failed")) << tmux->Screen();
    EXPECT_TRUE(tmux->UntilShown("▶ 1 running")) << tmux->Screen();
    return tmux;
  }
  void Finish() {
    Mark("go");
    Odu({"cancel"});
  }
  std::string Node(std::string_view recipe) const { return std::string(recipe) + "@" + Here(); }
};

}  // namespace odu
