#include "provision/terminal.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace provision {
namespace {

/// Becomes the login shell where that takes the words of a Bourne shell, so that its environment is
/// there, and that becomes sh with the body; any other is passed by.
constexpr std::string_view kEnter =
    R"(ODU_SHELL_BODY="$2"; export ODU_SHELL_BODY; case "${SHELL##*/}" in )"
    R"(sh|bash|zsh|ksh|dash|ash|fish) exec "$SHELL" -l -c "$1";; esac; exec sh -c "$2")";
constexpr std::string_view kBecome = R"(exec sh -c "$ODU_SHELL_BODY")";

base::Result<void> CheckText(std::string_view text, std::string_view refused) {
  const bool safe = std::ranges::all_of(text, [refused](char byte) {
    return byte >= ' ' && byte <= '~' && refused.find(byte) == std::string_view::npos;
  });
  if (safe) {
    return {};
  }
  return base::Fail(
      base::ErrorKind::kInput, "unsafe_text",
      fmt::format("{} cannot be said to every login shell alike", base::Quoted(text)));
}

}  // namespace

base::Result<std::vector<std::string>> TerminalArgv(const HostAddress& address,
                                                    std::string_view body) {
  if (!address.is_ssh()) {
    return base::Fail(base::ErrorKind::kRefused, "no_terminal",
                      fmt::format("host {} is reached by a command, which brings no terminal",
                                  base::Quoted(address.Shown())),
                      "log in there by the means it has");
  }
  if (auto safe = CheckText(body, R"('\!)"); !safe) {
    return base::Pass(safe.error());
  }
  std::vector<std::string> argv{"ssh", "-t"};
  for (const std::string_view option :
       {"ServerAliveInterval=10", "ServerAliveCountMax=3", "RemoteCommand=none",
        "ClearAllForwardings=yes", "LogLevel=ERROR"}) {
    argv.emplace_back("-o");
    argv.emplace_back(option);
  }
  argv.emplace_back("--");
  argv.push_back(address.name());
  argv.push_back(fmt::format("exec sh -c '{}' odu '{}' '{}'", kEnter, kBecome, body));
  return argv;
}

base::Result<std::string> TerminalWord(std::string_view word) {
  // Inside double quotes, which stand inside single ones.
  if (auto safe = CheckText(word, R"('\!"$`)"); !safe) {
    return base::Pass(safe.error());
  }
  return fmt::format("\"{}\"", word);
}

}  // namespace provision
