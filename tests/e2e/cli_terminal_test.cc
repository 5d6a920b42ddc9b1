#include "cli_fixture.h"

/// What a person sees: the full screen, colours, and logs that would give the terminal orders.
namespace odu {
namespace {

using support::CliResult;

class CliTerminal : public CliTest {};

constexpr std::string_view kGreen = "[metadata(\"ci\")]\nci: build\n\nbuild:\n  @sleep 0.5\n";
constexpr std::string_view kEvil =
    "[metadata(\"ci\")]\nci: evil\n\nevil:\n"
    "  @printf '\\033]52;c;aGk=\\007\\033]0;owned\\007\\033P+q\\033\\\\\\033[2J\\033[31mred\\n'; "
    "exit 1\n";

TEST_F(CliTerminal, TheFullScreenIsTakenAndGivenBack) {
  Justfile(kGreen);
  const CliResult result = OnTerminal(RunWords());
  EXPECT_EQ(result.exit_code, 0) << result;
  const std::string& bytes = result.stdout_text;
  EXPECT_NE(bytes.find("\x1b[?1049h"), std::string::npos);
  EXPECT_GT(bytes.rfind("\x1b[?1049l"), bytes.rfind("\x1b[?1049h"));
  EXPECT_GT(bytes.rfind("\x1b[?25h"), bytes.rfind("\x1b[?25l"));
  EXPECT_NE(bytes.find("build"), std::string::npos);
  EXPECT_NE(bytes.find("\x1b[32m"), std::string::npos);
  EXPECT_GT(bytes.find("ci run summary"), bytes.rfind("\x1b[?1049l"));
}

TEST_F(CliTerminal, NoColorMeansNoColourButTheViewStays) {
  extra_.emplace_back("NO_COLOR=");
  Justfile(kGreen);
  const CliResult result = OnTerminal(RunWords());
  EXPECT_EQ(result.exit_code, 0) << result;
  EXPECT_EQ(result.stdout_text.find("\x1b[32m"), std::string::npos);
  EXPECT_NE(result.stdout_text.find("\x1b[?1049h"), std::string::npos);
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
    EXPECT_NE(bytes->find("52;c;aGk="), std::string::npos) << *bytes;
  }
  EXPECT_EQ(logs.stdout_text.find("\x1b[2J"), std::string::npos);
  // To a pipe, and with --raw, it is what it is.
  EXPECT_TRUE(Odu({"logs", "evil"}).stdout_text.starts_with("\x1b]52;c;aGk=\x07"));
  EXPECT_NE(OnTerminal({"logs", "--raw", "evil"}).stdout_text.find("\x1b]52;c;aGk=\x07"),
            std::string::npos);
}

}  // namespace
}  // namespace odu
