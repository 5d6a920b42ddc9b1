#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "provision/host_address.h"
#include "provision/host_fault.h"

/// The command lines for the system's ssh. What the user configured stays in force but for what is
/// named here. Which phase failed is told by two files that ssh itself has made, never by its
/// words:
///
///   KnownHostsCommand  runs when the host has shown its key: the network was there
///   LocalCommand       runs when the login has succeeded
///
/// All paths are names in the directory that ssh is started in: a control socket's path may have
/// 90 bytes, and a state directory more.
namespace provision {

/// What of the user's own configuration ours would hide (`ssh -G`), and so must carry on.
struct SshConfig {
  /// False for an ssh before 8.5, which does not know KnownHostsCommand.
  bool marks_host_key = true;
  std::string known_hosts_command;  ///< as written, with its %-tokens; empty = none
  std::string local_command;        ///< empty = none, or not permitted
  std::string ciphers;              ///< in the order of preference; empty = not known

  bool operator==(const SshConfig&) const = default;
};

/// The ciphers of `configured` in the order to ask for: AES-GCM first, which with AES instructions
/// costs both sides a third of what ssh's own first choice does, and a log is as fast as that. An
/// order that is not one of ssh's own was chosen by somebody: then it stays (empty: say nothing).
std::string FasterCiphers(std::string_view configured, bool has_aes);

/// Asks what the configuration says of that host.
std::vector<std::string> SshConfigArgv(const std::string& program, const HostAddress& address);
SshConfig ParseSshConfig(std::string_view output);

enum class SshPurpose {
  kTalk,    ///< over the shared connection, which the first one opens
  kCopy,    ///< a connection of its own, compressed: a shared one is what its first user made it
  kForget,  ///< ends the shared connection and all that runs over it
};

/// Names of files in the directory ssh runs in; letters, digits, '.', '-'.
struct SshFiles {
  std::string control;
  std::string host_key_mark;
  std::string login_mark;
};

/// `ssh … -- name sh -s`.
std::vector<std::string> SshArgv(const std::string& program, const HostAddress& address,
                                 const SshConfig& config, const SshFiles& files,
                                 SshPurpose purpose);

/// What an ssh that ended has left behind.
struct SshTraces {
  bool exit_255 = false;  ///< ssh's own failure, whatever it was
  bool host_key_mark = false;
  bool login_mark = false;
  bool far_side_spoke = false;  ///< our script has begun there
};

/// Whose failure it was. Over a shared connection neither mark is made, and what dies then is the
/// network.
FaultPhase PhaseOf(const SshTraces& traces, const SshConfig& config);

/// True when ssh is too old for KnownHostsCommand, and said so.
bool KnowsNoHostKeyMark(std::string_view words);

/// True when ssh says that the connection broke under it: the network, however far it had come. (A
/// host that hangs up politely is not meant: sshd does so when it refuses.)
bool ConnectionBroke(const SshTraces& traces, std::string_view words);

/// True when the login was refused (and not the host's key).
bool LoginRefused(const SshTraces& traces, std::string_view words);

/// What a person can do about a refusal, by ssh's words; empty when nothing is known.
std::string RemedyFor(const HostAddress& address, std::string_view words);

}  // namespace provision
