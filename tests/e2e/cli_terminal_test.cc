#include "cli_fixture.h"

/// What a person sees: the live view, colours, and logs that would give the terminal orders.
namespace odu {
namespace {

using support::CliResult;

class CliTerminal : public CliTest {};

constexpr std::string_view kGreen = "[metadata(\"ci\")]\nci: build\n\nbuild:\n  @sleep 0.5\n";
constexpr std::string_view kEvil =
    "[metadata(\"ci\")]\nci: evil\n\nevil:\n"
    "  @printf '\\033]52;c;aGk=\\007\\033]0;owned\\007\\033P+q\\033\\\\\\033[2J\\033[31mred\\n'; "
    "exit 1\n";

TEST_F(CliTerminal, TheLiveViewIsDrawnInPlaceAndTheCursorComesBack) {
  Justfile(kGreen);
  const CliResult result = OnTerminal(RunWords());
  EXPECT_EQ(result.exit_code, 0) << result;
  const std::string& bytes = result.stdout_text;
  EXPECT_NE(bytes.find("\x1b[?25l"), std::string::npos);
  EXPECT_GT(bytes.rfind("\x1b[?25h"), bytes.rfind("\x1b[?25l"));
  EXPECT_NE(bytes.find("F\x1b[0J"), std::string::npos) << "never drawn in place";
  EXPECT_NE(bytes.find("build"), std::string::npos);
  EXPECT_NE(bytes.find("\x1b[32m"), std::string::npos);
  EXPECT_NE(bytes.find("ci run summary"), std::string::npos);
}

TEST_F(CliTerminal, NoColorMeansNoColourButTheViewStays) {
  extra_.emplace_back("NO_COLOR=");
  Justfile(kGreen);
  const CliResult result = OnTerminal(RunWords());
  EXPECT_EQ(result.exit_code, 0) << result;
  EXPECT_EQ(result.stdout_text.find("\x1b[32m"), std::string::npos);
  EXPECT_NE(result.stdout_text.find("\x1b[?25l"), std::string::npos);
}

TEST_F(CliTerminal, ALogIsShownNotObeyed) {
  Justfile(kEvil);
  const CliResult run = OnTerminal(RunWords());
  EXPECT_EQ(run.exit_code, 1);
  const CliResult logs = OnTerminal({"logs", "evil"});
  EXPECT_EQ(logs.exit_code, 0) << logs;
  for (const std::string* bytes : {&run.stdout_text, &logs.stdout_text}) {
    EXPECT_EQ(bytes->find("\x1b]52"), std::string::npos);
    EXPECT_EQ(bytes->find("\x1b]0"), std::string::npos);
    EXPECT_EQ(bytes->find("\x1bP"), std::string::npos);
    EXPECT_EQ(bytes->find("\x1b[2J"), std::string::npos);
    EXPECT_NE(bytes->find("52;c;aGk="), std::string::npos) << *bytes;
  }
  // To a pipe, and with --raw, it is what it is.
  EXPECT_TRUE(Odu({"logs", "evil"}).stdout_text.starts_with("\x1b]52;c;aGk=\x07"));
  EXPECT_NE(OnTerminal({"logs", "--raw", "evil"}).stdout_text.find("\x1b]52;c;aGk=\x07"),
            std::string::npos);
}

/// A terminal of 100 columns whose keys a test types and whose screen it reads.
class Tmux {
 public:
  Tmux(std::string directory, std::vector<std::string> environment, const std::string& command)
      : directory_(std::move(directory)), environment_(std::move(environment)) {
    const CliResult made = Call({"new-session", "-d", "-x", "100", "-y", "30", command});
    EXPECT_EQ(made.exit_code, 0) << made;
  }
  ~Tmux() { Call({"kill-server"}); }
  Tmux(const Tmux&) = delete;
  Tmux& operator=(const Tmux&) = delete;

  std::string Screen() const { return Call({"capture-pane", "-p"}).stdout_text; }
  [[nodiscard]] bool UntilShown(std::string_view text) const {
    return Until([&] { return Screen().find(text) != std::string::npos; });
  }
  void Type(const std::string& keys) const { EXPECT_EQ(Call({"send-keys", keys}).exit_code, 0); }

 private:
  CliResult Call(std::vector<std::string> words) const {
    support::CliCall call;
    call.argv = {"tmux", "-L", "odu-" + std::to_string(getpid()), "-f", "/dev/null"};
    call.argv.insert(call.argv.end(), words.begin(), words.end());
    call.directory = directory_;
    call.extra_environment = environment_;
    return support::RunCli(call);
  }

  std::string directory_;
  std::vector<std::string> environment_;
};

constexpr std::string_view kLong = "[metadata(\"ci\")]\nci: long\n\nlong:\n  @sleep 30\n";

TEST_F(CliTerminal, AttachOnATerminalIsLeftByQ) {
  Justfile(kLong);
  EXPECT_EQ(Run({"--detach"}).exit_code, 0);
  const std::string left = home_ / "left";
  const Tmux tmux(repo_.path(), Environment(),
                  kOdu + " attach; echo $? > " + left + "; sleep 1000");
  EXPECT_TRUE(tmux.UntilShown("q leaves")) << tmux.Screen();
  EXPECT_NE(tmux.Screen().find("long"), std::string::npos) << tmux.Screen();
  EXPECT_NE(tmux.Screen().find("odu · ci @ " + Sha7()), std::string::npos) << tmux.Screen();
  tmux.Type("q");
  EXPECT_TRUE(Until([&] { return os::Exists(left); })) << tmux.Screen();
  EXPECT_TRUE(Until([&] { return os::ReadFile(left, 10).value_or("") == "0\n"; }));
  EXPECT_TRUE(Until([&] {
    return Odu({"status"}).stdout_text.find("running  long@") != std::string::npos;
  })) << "leaving has ended the run";
  EXPECT_EQ(Odu({"cancel"}).exit_code, 0);
}

TEST_F(CliTerminal, AttachThatWasStoppedTakesKeysAgainInTheForeground) {
  Justfile(kLong);
  EXPECT_EQ(Run({"--detach"}).exit_code, 0);
  const std::string left = home_ / "left";
  const std::string at_the_shell = home_ / "shell-mode";
  // The shell puts the terminal back to lines between the two; it does not put back what was.
  const Tmux tmux(repo_.path(), Environment(),
                  "exec bash --norc -c 'set -m; " + kOdu + " attach; stty -a > " + at_the_shell +
                      "; stty sane; fg > /dev/null; echo $? > " + left + "; exec sleep 1000'");
  EXPECT_TRUE(tmux.UntilShown("q leaves")) << tmux.Screen();
  tmux.Type("C-z");
  ASSERT_TRUE(Until([&] {
    return os::ReadFile(at_the_shell, 10000).value_or("").find("echoke") != std::string::npos;
  })) << tmux.Screen();
  const std::string mode = os::ReadFile(at_the_shell, 10000).value();
  EXPECT_NE(mode.find(" icanon"), std::string::npos) << mode;
  EXPECT_NE(mode.find(" echo "), std::string::npos) << mode;
  EXPECT_TRUE(tmux.UntilShown("q leaves")) << tmux.Screen();
  // A key that comes before the mode is set again is read as part of a line, with no end.
  EXPECT_TRUE(Until([&] {
    tmux.Type("q");
    return os::Exists(left);
  })) << tmux.Screen();
  EXPECT_TRUE(Until([&] { return os::ReadFile(left, 10).value_or("") == "0\n"; }));
  EXPECT_EQ(Odu({"cancel"}).exit_code, 0);
}

}  // namespace
}  // namespace odu
