#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "cli_fixture.h"
#include "support/cli.h"

namespace odu {

/// A terminal whose keys a test types and whose screen it reads; ended with the object.
class Tmux {
 public:
  Tmux(std::string directory, std::vector<std::string> environment, const std::string& command,
       int columns = 100, int rows = 30)
      : directory_(std::move(directory)), environment_(std::move(environment)) {
    const support::CliResult made = Call({"-u", "new-session", "-d", "-x", std::to_string(columns),
                                          "-y", std::to_string(rows), command});
    EXPECT_EQ(made.exit_code, 0) << made;
    Call({"set-option", "-g", "set-clipboard", "on"});
    Call({"set-option", "-g", "status", "off"});
  }
  ~Tmux() { Call({"kill-server"}); }
  Tmux(const Tmux&) = delete;
  Tmux& operator=(const Tmux&) = delete;

  std::string Screen() const { return Call({"capture-pane", "-p"}).stdout_text; }
  /// With what scrolled away.
  std::string History() const { return Call({"capture-pane", "-p", "-S", "-"}).stdout_text; }
  [[nodiscard]] bool UntilShown(std::string_view text) const {
    return Until([&] { return Screen().find(text) != std::string::npos; });
  }
  [[nodiscard]] bool UntilGone(std::string_view text) const {
    return Until([&] { return Screen().find(text) == std::string::npos; });
  }
  void Type(const std::string& keys) const { EXPECT_EQ(Call({"send-keys", keys}).exit_code, 0); }
  /// Bytes as a terminal sends them: a mouse, say.
  void Send(const std::string& bytes) const {
    EXPECT_EQ(Call({"send-keys", "-l", bytes}).exit_code, 0);
  }
  void Resize(int columns, int rows) const {
    EXPECT_EQ(Call({"resize-window", "-x", std::to_string(columns), "-y", std::to_string(rows)})
                  .exit_code,
              0);
  }
  /// What OSC 52 put into the clipboard.
  std::string Clipboard() const { return Call({"show-buffer"}).stdout_text; }
  /// The pane is on the alternate screen, as full-screen programs are.
  bool IsFullScreen() const {
    return Call({"display-message", "-p", "#{alternate_on}"}).stdout_text == "1\n";
  }
  std::string Flag(const std::string& name) const {
    return Call({"display-message", "-p", "#{" + name + "}"}).stdout_text;
  }

 private:
  support::CliResult Call(std::vector<std::string> words) const {
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

}  // namespace odu
