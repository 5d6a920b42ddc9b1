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

TEST_F(CliTerminal, AttachOnATerminalIsLeftByQ) {
  Justfile("[metadata(\"ci\")]\nci: long\n\nlong:\n  @sleep 30\n");
  EXPECT_EQ(Run({"--detach"}).exit_code, 0);
  const std::string session = "odu-" + std::to_string(getpid());
  const auto tmux = [&](std::vector<std::string> words) {
    support::CliCall call;
    call.argv = {"tmux", "-L", session, "-f", "/dev/null"};
    call.argv.insert(call.argv.end(), words.begin(), words.end());
    call.directory = repo_.path();
    call.extra_environment = Environment();
    return support::RunCli(call);
  };
  const std::string left = home_ / "left";
  ASSERT_EQ(tmux({"new-session", "-d", "-x", "100", "-y", "30",
                  kOdu + " attach; echo $? > " + left + "; sleep 1000"})
                .exit_code,
            0);
  const auto screen = [&] { return tmux({"capture-pane", "-p"}).stdout_text; };
  EXPECT_TRUE(Until([&] {
    const std::string shown = screen();
    return shown.find("long") != std::string::npos && shown.find("q leaves") != std::string::npos;
  })) << screen();
  EXPECT_NE(screen().find("odu · ci @ " + Sha7()), std::string::npos) << screen();
  EXPECT_EQ(tmux({"send-keys", "q"}).exit_code, 0);
  EXPECT_TRUE(Until([&] { return os::Exists(left); })) << screen();
  EXPECT_TRUE(Until([&] { return os::ReadFile(left, 10).value_or("") == "0\n"; }));
  EXPECT_NE(Odu({"status"}).stdout_text.find("running  long@"), std::string::npos);
  EXPECT_EQ(Odu({"cancel"}).exit_code, 0);
  tmux({"kill-server"});
}

}  // namespace
}  // namespace odu
