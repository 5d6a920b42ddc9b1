#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "provision/host_address.h"

/// A person's terminal on a host. Nothing of it is a channel of ours: ssh asks and says what it
/// likes, and what the user configured stays in force.
namespace provision {

/// `ssh -t … -- name <command>`: runs `body`, POSIX shell text, in plain sh with the environment of
/// the user's login shell. The login shell of the host reads the command first, whatever it is, so
/// `body` must not hold what any of them takes for its own inside single quotes: kInput
/// "unsafe_text" for a single quote, a backslash, '!', control bytes or anything but ASCII.
/// kRefused "no_terminal" for a host that is reached by a command.
base::Result<std::vector<std::string>> TerminalArgv(const HostAddress& address,
                                                    std::string_view body);

/// `word` as one word of such a body. kInput "unsafe_text" when it cannot be one.
base::Result<std::string> TerminalWord(std::string_view word);

}  // namespace provision
