#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "odu/forge/forge_remote.h"
#include "odu/forge/secret.h"
#include "os/environment.h"
#include "os/run_program.h"

/// Which token speaks for this user at a forge.
namespace odu::forge {

struct Credential {
  Secret token;
  /// For people: "GH_TOKEN", "gh auth token", "git's credential helper".
  std::string source;
};

/// Runs a program to its end; the caller decides on which loop.
using RunTool =
    std::function<boost::asio::awaitable<base::Result<os::ProgramResult>>(os::ProgramCall call)>;

/// The first there is of: $GH_TOKEN, $GITHUB_TOKEN, what `gh auth token` prints, what git's
/// credential helper knows. Nobody is asked anything: no prompt, no askpass. Tokens stand on no
/// command line. kRefused "no_credentials" with the ways to have one; what gh or git say to it is
/// in its message.
boost::asio::awaitable<base::Result<Credential>> FindCredential(os::Environment environment,
                                                                ForgeRemote remote, RunTool run);

/// What a token's beginning tells of its kind, for people: "classic", "fine-grained", "app
/// installation", "OAuth"; "token" when it tells nothing. Pure.
std::string_view KindOfToken(const Secret& token);

/// True for what can stand in a header: 1 to 1,024 printable ASCII bytes without blanks. Pure.
bool IsToken(std::string_view text);

}  // namespace odu::forge
