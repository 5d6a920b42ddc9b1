#include "provision/ssh_command.h"

#include <fmt/format.h>

#if defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#include <algorithm>
#include <array>

#include "base/text.h"

namespace provision {
namespace {

void AddOption(std::vector<std::string>& argv, std::string option) {
  argv.emplace_back("-o");
  argv.push_back(std::move(option));
}

void AddMarks(std::vector<std::string>& argv, const SshConfig& config, const SshFiles& files) {
  if (config.marks_host_key) {
    std::string script = fmt::format(": > {}", files.host_key_mark);
    std::string words;
    if (!config.known_hosts_command.empty()) {
      // The user's own command still gives its keys, with its words as ssh cut and filled them.
      script += "; exec \\\"$@\\\"";
      words = " sh " + config.known_hosts_command;
    }
    AddOption(argv, fmt::format("KnownHostsCommand=/bin/sh -c \"{}\"{}", script, words));
  }
  AddOption(argv, "PermitLocalCommand=yes");
  std::string local = fmt::format(": > {}", files.login_mark);
  if (!config.local_command.empty()) {
    local += "; " + config.local_command;
  }
  AddOption(argv, "LocalCommand=" + local);
}

/// What ssh asks for when nobody said anything: OpenSSH 6.7 to 9.9, and from 10.0 on.
constexpr std::array<std::string_view, 2> kDefaultCiphers = {
    "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,"
    "aes128-gcm@openssh.com,aes256-gcm@openssh.com",
    "chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,aes256-gcm@openssh.com,"
    "aes128-ctr,aes192-ctr,aes256-ctr"};
constexpr std::string_view kFastCipher = "aes128-gcm@openssh.com";

bool HasAesInstructions() {
#if defined(__x86_64__) || defined(__i386__)
  return __builtin_cpu_supports("aes") != 0;
#elif defined(__aarch64__)
  return (getauxval(AT_HWCAP) & HWCAP_AES) != 0;
#else
  return false;
#endif
}

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

std::vector<std::string> SshConfigArgv(const std::string& program, const HostAddress& address) {
  return {program, "-G",          "-T", "-o", "BatchMode=yes", "-o", "ControlPath=none",
          "--",    address.name()};
}

std::string FasterCiphers(std::string_view configured, bool has_aes) {
  if (!has_aes || std::ranges::find(kDefaultCiphers, configured) == kDefaultCiphers.end()) {
    return {};
  }
  std::string ciphers(kFastCipher);
  for (const std::string_view cipher : base::Split(configured, ',')) {
    if (cipher != kFastCipher) {
      ciphers += ',';
      ciphers += cipher;
    }
  }
  return ciphers;
}

SshConfig ParseSshConfig(std::string_view output) {
  SshConfig config;
  std::string local;
  bool permitted = false;
  for (const std::string_view line : base::Split(output, '\n')) {
    const size_t space = line.find(' ');
    if (space == std::string_view::npos) {
      continue;
    }
    const std::string_view key = line.substr(0, space);
    const std::string_view value = line.substr(space + 1);
    if (key == "knownhostscommand" && value != "none") {
      config.known_hosts_command = value;
    } else if (key == "localcommand" && value != "none") {
      local = value;
    } else if (key == "permitlocalcommand") {
      permitted = value == "yes";
    } else if (key == "ciphers") {
      config.ciphers = value;
    }
  }
  if (permitted) {
    config.local_command = local;
  }
  return config;
}

std::vector<std::string> SshArgv(const std::string& program, const HostAddress& address,
                                 const SshConfig& config, const SshFiles& files,
                                 SshPurpose purpose) {
  std::vector<std::string> argv{program, "-T"};
  AddOption(argv, "BatchMode=yes");
  if (purpose == SshPurpose::kForget) {
    AddOption(argv, "ControlPath=" + files.control);
    argv.insert(argv.end(), {"-O", "exit", "--", address.name()});
    return argv;
  }
  AddOption(argv, "ConnectTimeout=10");
  AddOption(argv, "ServerAliveInterval=10");
  AddOption(argv, "ServerAliveCountMax=3");
  // A Host block made for a person's terminal must not get in our way.
  AddOption(argv, "RemoteCommand=none");
  AddOption(argv, "ClearAllForwardings=yes");
  if (const std::string ciphers = FasterCiphers(config.ciphers, HasAesInstructions());
      !ciphers.empty()) {
    AddOption(argv, "Ciphers=" + ciphers);
  }
  if (purpose == SshPurpose::kTalk) {
    AddOption(argv, "ControlMaster=auto");
    AddOption(argv, "ControlPath=" + files.control);
    AddOption(argv, "ControlPersist=60");
  } else {
    AddOption(argv, "ControlMaster=no");
    AddOption(argv, "ControlPath=none");
    AddOption(argv, "Compression=yes");
  }
  AddMarks(argv, config, files);
  argv.insert(argv.end(), {"--", address.name(), "sh", "-s"});
  return argv;
}

FaultPhase PhaseOf(const SshTraces& traces, const SshConfig& config) {
  if (!traces.exit_255) {
    return FaultPhase::kRemote;  // the far command's own end
  }
  if (traces.far_side_spoke) {
    return FaultPhase::kNetwork;  // it ran, and the link under it went away
  }
  if (traces.login_mark) {
    return FaultPhase::kRemote;  // logged in, and no command was started
  }
  return traces.host_key_mark && config.marks_host_key ? FaultPhase::kRemote : FaultPhase::kNetwork;
}

bool KnowsNoHostKeyMark(std::string_view words) {
  return Contains(words, "onfiguration option: knownhostscommand");
}

bool ConnectionBroke(const SshTraces& traces, std::string_view words) {
  return traces.exit_255 &&
         (Contains(words, "Broken pipe") || Contains(words, "Connection reset") ||
          Contains(words, "Connection timed out") || Contains(words, "Timeout, server"));
}

bool LoginRefused(const SshTraces& traces, std::string_view words) {
  return traces.exit_255 && !traces.login_mark && !traces.far_side_spoke &&
         (Contains(words, "Permission denied") || Contains(words, "Too many authentication"));
}

std::string RemedyFor(const HostAddress& address, std::string_view words) {
  if (!address.is_ssh()) {
    return "check the command by hand: it must reach a shell that reads stdin";
  }
  if (Contains(words, "REMOTE HOST IDENTIFICATION HAS CHANGED")) {
    return fmt::format("the host's key is another than before: see 'ssh-keygen -R', then 'ssh {}'",
                       address.name());
  }
  if (Contains(words, "Host key verification failed") || Contains(words, "host key is known for")) {
    return fmt::format("log in once by hand to accept the host's key: ssh {}", address.name());
  }
  if (Contains(words, "Permission denied") || Contains(words, "Too many authentication")) {
    return fmt::format(
        "odu never types a password: let a key or an agent log in; check with: ssh -o "
        "BatchMode=yes {} true",
        address.name());
  }
  return fmt::format("check with: ssh -o BatchMode=yes {} true", address.name());
}

}  // namespace provision
