#include "provision/far_script.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <charconv>

namespace provision {
namespace {

constexpr size_t kNonceBytes = 16;

/// An echo of the script has the halves apart.
std::string SpelledOut(const std::string& nonce) {
  const size_t half = nonce.size() / 2;
  return fmt::format("'{}' '{}'", nonce.substr(0, half), nonce.substr(half));
}

std::string WithoutCarriageReturns(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' || i + 1 >= text.size() || text[i + 1] != '\n') {
      plain += text[i];
    }
  }
  return plain;
}

/// Sets $_shell to the login shell, or to nothing when it is none that we can ask.
constexpr std::string_view kFindShell =
    "_shell=${SHELL:-}\n"
    "case ${_shell##*/} in sh|bash|zsh|ksh|ksh93|mksh|dash|ash|fish) ;; *) _shell= ;; esac\n"
    "[ -x \"$_shell\" ] || _shell=\n";

/// The script travels in a variable: each of those shells understands this one line.
constexpr std::string_view kLoginArguments = "-l -c 'exec sh -c \"$_far_script\"'";

std::string ExportScript(std::string_view body) {
  return fmt::format("_far_script={}\nexport _far_script\n", ShellQuoted(body));
}

}  // namespace

base::Result<std::string> NewNonce() {
  std::array<unsigned char, kNonceBytes> bytes;
  size_t got = 0;
  while (got < bytes.size()) {
    const ssize_t count = getrandom(bytes.data() + got, bytes.size() - got, 0);
    if (count < 0 && errno != EINTR) {
      return std::unexpected(base::SystemError("random bytes", errno));
    }
    got += count > 0 ? static_cast<size_t>(count) : 0;
  }
  std::string nonce;
  for (const unsigned char byte : bytes) {
    nonce += fmt::format("{:02x}", byte);
  }
  return nonce;
}

std::string ShellQuoted(std::string_view word) {
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

std::string FramedScript(const std::string& nonce, std::string_view body) {
  const std::string halves = SpelledOut(nonce);
  return fmt::format(
      "{{\nprintf '\\n%s%s begin\\n' {}\n(\n{}\n)\nprintf '\\n%s%s end %s\\n' {} \"$?\"\n"
      "exit 0\n}}\n",
      halves, body, halves);
}

FramedOutput ParseFramed(std::string_view output, const std::string& nonce) {
  FramedOutput framed;
  const std::string text = WithoutCarriageReturns(output);
  const std::string begin = MarkLine(nonce, "begin") + "\n";
  const size_t at = text.find(begin);
  if (at == std::string::npos) {
    framed.before = text;
    return framed;
  }
  framed.begun = true;
  framed.before = text.substr(0, at > 0 && text[at - 1] == '\n' ? at - 1 : at);
  const size_t from = at + begin.size();
  const std::string end = "\n" + MarkLine(nonce, "end") + " ";
  const size_t stop = text.find(end, from - 1);
  if (stop == std::string::npos) {
    framed.body = text.substr(from);
    return framed;
  }
  framed.body = text.substr(from, stop < from ? 0 : stop - from);
  const char* digits = text.data() + stop + end.size();
  int status = 0;
  const auto [rest, error] = std::from_chars(digits, text.data() + text.size(), status);
  if (error == std::errc() && rest != text.data() + text.size() && *rest == '\n') {
    framed.status = status;
  }
  return framed;
}

std::string InLoginShell(std::string_view body) {
  return fmt::format(
      "{}{}_login=1\nexport _login\n"
      "if [ -n \"$_shell\" ]; then\n\"$_shell\" {} </dev/null\n[ $? -eq 42 ] && exit 0\nfi\n"
      "_login=0\nsh -c \"$_far_script\" </dev/null\n[ $? -eq 42 ]",
      ExportScript(body), kFindShell, kLoginArguments);
}

std::string BecomeInShell(std::string_view body, bool login_environment) {
  const std::string script = fmt::format("unset _far_script\n{}", body);
  if (!login_environment) {
    return fmt::format("{}exec sh -c \"$_far_script\"", ExportScript(script));
  }
  return fmt::format("{}{}[ -n \"$_shell\" ] && exec \"$_shell\" {}\nexec sh -c \"$_far_script\"",
                     ExportScript(script), kFindShell, kLoginArguments);
}

std::string MarkOnStderr(const std::string& nonce, std::string_view word) {
  return fmt::format("printf '\\n%s%s %s\\n' {} {} >&2", SpelledOut(nonce), ShellQuoted(word));
}

std::string MarkLine(const std::string& nonce, std::string_view word) {
  return fmt::format("{} {}", nonce, word);
}

bool IsMark(std::string_view line) {
  constexpr size_t kDigits = kNonceBytes * 2;
  return line.size() > kDigits && line[kDigits] == ' ' &&
         line.substr(0, kDigits).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace provision
