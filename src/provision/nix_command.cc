#include "provision/nix_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/text.h"
#include "provision/far_script.h"

namespace provision {
namespace {

using base::ErrorKind;

constexpr size_t kMaxPath = 4000;
constexpr size_t kShownLines = 12;
constexpr std::string_view kProfile = "/nix/var/nix/profiles/default/bin";

std::unexpected<base::Error> BadAnswer(std::string_view what) {
  return base::Fail(ErrorKind::kHost, "bad_answer",
                    fmt::format("the answer holds no {} that could be one", what));
}

bool IsPath(std::string_view text) {
  return text.starts_with('/') && text.size() <= kMaxPath && base::IsUtf8(text) &&
         std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
}

/// Paths in a store have letters, digits and `+-._?=` after the folder.
bool IsStorePath(std::string_view text) {
  return IsPath(text) && std::ranges::all_of(text, [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                  std::string_view("/+-._?=").find(c) != std::string_view::npos;
         });
}

bool IsSystem(std::string_view text) {
  return text.size() <= 64 && text.find('-') != std::string_view::npos &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t begin = text.find_first_not_of(kBlank);
  return begin == std::string_view::npos
             ? std::string_view()
             : text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

/// The name without its scheme and port, and the port.
struct SshPlace {
  std::string host;
  std::string port;
};

SshPlace PlaceOf(const HostAddress& address) {
  constexpr std::string_view kScheme = "ssh://";
  std::string_view name = address.name();
  if (!name.starts_with(kScheme)) {
    return {std::string(name), ""};
  }
  name.remove_prefix(kScheme.size());
  name = name.substr(0, name.find('/'));
  const size_t colon = name.rfind(':');
  if (colon == std::string_view::npos || name.find(']', colon) != std::string_view::npos) {
    return {std::string(name), ""};
  }
  return {std::string(name.substr(0, colon)), std::string(name.substr(colon + 1))};
}

/// Says what the link holds.
std::string ListScript(const std::string& link) {
  return fmt::format(R"sh(printf 'output=%s\n' "$(readlink {0})"
for f in {0}/bin/*; do printf 'program=%s\n' "${{f##*/}}"; done)sh",
                     link);
}

/// Takes what can be what it says it is; the rest stays empty.
NixLook ReadLines(std::string_view output) {
  constexpr size_t kMaxPrograms = 100;
  NixLook look;
  for (const std::string_view line : base::Split(output, '\n')) {
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
      continue;
    }
    const std::string_view key = line.substr(0, equals);
    const std::string_view value = Trimmed(line.substr(equals + 1));
    if (key == "store" && IsPath(value)) {
      look.store = value;
    } else if (key == "daemon" && IsPath(value)) {
      look.daemon = value;
    } else if (key == "system" && value.size() > 2) {
      look.system = value.substr(1, value.size() - 2);  // a Nix string, quotes and all
    } else if (key == "derivation" && IsStorePath(value)) {
      look.derivation = value;
    } else if (key == "output" && IsStorePath(value)) {
      look.output = value;
    } else if (key == "program" && look.programs.size() < kMaxPrograms) {
      look.programs.emplace(value);
    }
  }
  return look;
}

std::string LastLines(std::string_view words) {
  const std::vector<std::string_view> lines = base::Split(Trimmed(words), '\n');
  std::string shown;
  for (size_t i = lines.size() > kShownLines ? lines.size() - kShownLines : 0; i < lines.size();
       ++i) {
    shown += (shown.empty() ? "" : "\n") + base::Sanitised(lines[i], false);
  }
  return shown;
}

HostFault Untrusted(const std::string& message, const HostAddress& address) {
  return HostFault{
      FaultPhase::kRemote,
      base::Error(ErrorKind::kHost, "nix_untrusted", message,
                  fmt::format("add the login user of {} to 'trusted-users' (or 'allowed-users') in "
                              "its /etc/nix/nix.conf, or set \"provision\": \"copy\"",
                              address.Shown())),
      false};
}

HostFault Refused(const std::string& message) {
  return HostFault{FaultPhase::kRemote,
                   base::Error(ErrorKind::kHost, "nix_failed", message,
                               "\"provision\": \"copy\" in the hosts file does without Nix"),
                   false};
}

bool SaysOneOf(std::string_view words, std::initializer_list<std::string_view> parts) {
  return std::ranges::any_of(
      parts, [&](std::string_view part) { return words.find(part) != std::string_view::npos; });
}

}  // namespace

std::string NixLookScript(const std::string& dir, const std::string& name) {
  const std::string link = ShellQuoted(dir + "/nix/" + name);
  // Nix of a system-wide installation is in PATH only where a login shell put it.
  return InLoginShell(fmt::format(R"sh(LC_ALL=C; export LC_ALL
PATH=$PATH:{0}
printf 'store=%s\n' "$(command -v nix-store)"
printf 'daemon=%s\n' "$(command -v nix-daemon)"
printf 'system=%s\n' "$(nix-instantiate --eval --expr builtins.currentSystem 2>/dev/null)"
if [ -f {1}.drv ] && [ -x {1}/bin/{2} ]; then
  printf 'derivation=%s\n' "$(cat {1}.drv)"
  {3}
fi
exit 42)sh",
                                  kProfile, link, ShellQuoted(name), ListScript(link)));
}

base::Result<NixLook> ParseNixLook(std::string_view output) {
  NixLook look = ReadLines(output);
  if (!IsPath(look.store)) {
    return BadAnswer("path of nix-store");
  }
  if (!IsSystem(look.system)) {
    return BadAnswer("Nix system");
  }
  return look;
}

std::vector<std::string> NixEvalArgv(const NixSource& source, const std::string& system) {
  std::string attribute = source.attribute;
  constexpr std::string_view kHole = "{system}";
  for (size_t at = attribute.find(kHole); at != std::string::npos;
       at = attribute.find(kHole, at + system.size())) {
    attribute.replace(at, kHole.size(), system);
  }
  return {"nix",
          "--extra-experimental-features",
          "nix-command flakes",
          "eval",
          "--no-write-lock-file",
          "--raw",
          "--",
          source.flake + "#" + attribute + ".drvPath"};
}

base::Result<std::string> ParseDerivation(std::string_view output) {
  const std::string_view path = Trimmed(output);
  if (!IsStorePath(path) || !path.ends_with(".drv")) {
    return BadAnswer("path of a derivation");
  }
  return std::string(path);
}

std::vector<std::string> NixCopyArgv(const HostAddress& address, const std::string& daemon,
                                     const std::string& derivation) {
  std::string store = "ssh-ng://" + PlaceOf(address).host;
  if (!daemon.empty() && IsStorePath(daemon)) {
    store += "?remote-program=" + daemon;
  }
  return {"nix",
          "--extra-experimental-features",
          "nix-command flakes",
          "copy",
          "--derivation",
          "--to",
          store,
          derivation};
}

std::string NixSshOptions(std::string_view users_own, const HostAddress& address) {
  std::string options(users_own);
  if (const std::string port = PlaceOf(address).port; !port.empty()) {
    options += " -p " + port;
  }
  for (const std::string_view option :
       {"BatchMode=yes", "ConnectTimeout=10", "ServerAliveInterval=10", "ServerAliveCountMax=3",
        "RemoteCommand=none", "ClearAllForwardings=yes", "ControlMaster=no", "ControlPath=none",
        "Compression=yes"}) {
    options += fmt::format("{}-o {}", options.empty() ? "" : " ", option);
  }
  return options;
}

std::string NixRealiseScript(const NixLook& look, const std::string& dir, const std::string& name,
                             const std::string& derivation) {
  const std::string folder = ShellQuoted(dir + "/nix");
  const std::string link = ShellQuoted(dir + "/nix/" + name);
  // The name of the derivation goes last: without it the link is not believed.
  return fmt::format(R"sh(umask 077
mkdir -p {0} && rm -f {1}.drv &&
{2} --realise {3} --add-root {1} --indirect >/dev/null </dev/null &&
printf '%s\n' {3} > {1}.drv.new && mv -f {1}.drv.new {1}.drv || exit 1
{4})sh",
                     folder, link, ShellQuoted(look.store), ShellQuoted(derivation),
                     ListScript(link));
}

base::Result<NixLook> ParseRealised(std::string_view output) {
  NixLook look = ReadLines(output);
  if (look.output.empty()) {
    return BadAnswer("path in a store");
  }
  return look;
}

std::string NixDoorScript(const NixLook& look) {
  return fmt::format(
      "LC_ALL=C; export LC_ALL\n{} --check-validity "
      "/nix/store/00000000000000000000000000000000-door </dev/null",
      ShellQuoted(look.store));
}

HostFault NixBrokenOff(std::string_view step, std::string_view words, std::string_view door,
                       const HostAddress& address) {
  if (!SaysOneOf(door, {"is not valid"})) {
    return Untrusted(fmt::format("{}: its Nix daemon refuses the user\n{}", step,
                                 LastLines(std::string(words) + "\n" + std::string(door))),
                     address);
  }
  return NixFault(step, words, address);
}

HostFault NixFault(std::string_view step, std::string_view words, const HostAddress& address) {
  const std::string shown = LastLines(words);
  const std::string message = shown.empty() ? fmt::format("{}: nix says nothing", step)
                                            : fmt::format("{}: {}", step, shown);
  if (SaysOneOf(words, {"lacks a valid signature", "lacks a signature by a trusted key",
                        "not privileged", "not a trusted user", "is not trusted",
                        "is not allowed to connect to the Nix daemon"})) {
    return Untrusted(message, address);
  }
  if (SaysOneOf(words, {"cannot connect to", "failed to start SSH", "Connection closed by",
                        "Connection timed out", "Broken pipe", "Connection reset", "client_loop",
                        "unexpected end-of-file", "Timeout, server"})) {
    return HostFault{FaultPhase::kNetwork, base::Error(ErrorKind::kHost, "nix_connection", message),
                     false};
  }
  return Refused(message);
}

}  // namespace provision
