#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

/// Shell text that is sent to `sh -s` on a host, and what comes back.
///
/// A shell may read its script in blocks, so all of a script is one compound command: it has been
/// read whole before its first word runs, and what is sent after that is the running program's.
/// Login shells print banners, and some echo what they are told: what counts stands between two
/// lines that hold an unguessable word, which the script itself spells in two halves.
namespace provision {

/// 32 random hex digits.
base::Result<std::string> NewNonce();

/// `word` as one word of POSIX shell text.
std::string ShellQuoted(std::string_view word);

/// `body` between the lines `<nonce> begin` and `<nonce> end <exit code>` on stdout.
std::string FramedScript(const std::string& nonce, std::string_view body);

struct FramedOutput {
  bool begun = false;
  std::string before;         ///< what was printed first, raw
  std::string body;           ///< without carriage returns at line ends
  std::optional<int> status;  ///< empty: the end did not come
};
/// Finds the frame of that nonce in all that was printed.
FramedOutput ParseFramed(std::string_view output, const std::string& nonce);

/// Shell text that runs `body` in plain sh with the environment of the user's login shell where
/// that is one we can ask (sh, bash, zsh, ksh, dash, ash, fish); if it does not get through to the
/// end of `body`, which must be `exit 42`, once more without. `$_login` is 1 or 0 in it. stdin is
/// /dev/null.
std::string InLoginShell(std::string_view body);

/// Shell text that becomes `body` with this very stdin and stdout, in the login environment or not.
std::string BecomeInShell(std::string_view body, bool login_environment);

/// Shell text for stderr's line `<nonce> <word>`.
std::string MarkOnStderr(const std::string& nonce, std::string_view word);
/// The line that it gives.
std::string MarkLine(const std::string& nonce, std::string_view word);
/// True for a line that can only be one of ours, of whatever nonce: nothing for people.
bool IsMark(std::string_view line);

}  // namespace provision
