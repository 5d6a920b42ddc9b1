#include "provision/terminal.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "support/cli.h"

namespace provision {
namespace {

HostAddress Host(std::string_view name) {
  return HostAddress::Ssh(name).value();
}

/// What a login shell makes of the command that ssh would send it.
support::CliResult Said(const std::string& shell, const std::string& body) {
  const auto argv = TerminalArgv(Host("ant"), body);
  EXPECT_TRUE(argv);
  support::CliCall call;
  call.argv = {shell, "-c", argv->back()};
  call.directory = "/";
  call.environment = {"PATH=/usr/bin:/bin", "HOME=/", "SHELL=" + shell};
  return support::RunCli(call);
}

TEST(Terminal, TheHostIsOneWordBehindTheEndOfTheOptions) {
  const auto argv = TerminalArgv(Host("me@ant"), "true");
  ASSERT_TRUE(argv);
  EXPECT_EQ(argv->at(0), "ssh");
  EXPECT_EQ(argv->at(1), "-t");
  EXPECT_EQ(argv->at(argv->size() - 3), "--");
  EXPECT_EQ(argv->at(argv->size() - 2), "me@ant");
}

TEST(Terminal, TheBodyArrivesAsItIsThroughEveryLoginShell) {
  const auto word = TerminalWord("a b#c (d) *~?;&|<>");
  ASSERT_TRUE(word);
  for (const std::string shell :
       {"/bin/sh", "/bin/bash", "/usr/bin/fish", "/bin/csh", "/bin/zsh"}) {
    if (access(shell.c_str(), X_OK) != 0) {
      continue;
    }
    const auto said = Said(shell, "x=" + *word + "; printf %s \"$x\"; exit 7");
    EXPECT_EQ(said.stdout_text, "a b#c (d) *~?;&|<>") << shell << said;
    EXPECT_EQ(said.exit_code, 7) << shell;
  }
}

TEST(Terminal, WhatLoginShellsReadDifferentlyIsRefused) {
  for (const std::string_view text : {"it's", "a\\b", "a!b", "a\nb", "\x1b", "\xc3\xa4"}) {
    const auto argv = TerminalArgv(Host("ant"), text);
    ASSERT_FALSE(argv) << text;
    EXPECT_EQ(argv.error().code(), "unsafe_text");
    EXPECT_FALSE(TerminalWord(text)) << text;
  }
  for (const std::string_view text : {"$(x)", "`x`", "a\"b"}) {
    EXPECT_FALSE(TerminalWord(text)) << text;
  }
}

TEST(Terminal, AHostBehindACommandHasNone) {
  const auto argv = TerminalArgv(HostAddress::Pipe({"kubectl", "exec"}).value(), "true");
  ASSERT_FALSE(argv);
  EXPECT_EQ(argv.error().code(), "no_terminal");
}

}  // namespace
}  // namespace provision
