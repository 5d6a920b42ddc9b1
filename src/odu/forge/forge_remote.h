#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

/// Which repository of which forge a git remote is. Pure.
namespace odu::forge {

/// A repository on a forge, read from a remote's URL; holds no credentials. A value.
struct ForgeRemote {
  std::string host;  ///< lower case, without user and port
  std::string owner;
  std::string repository;  ///< without `.git`
  bool operator==(const ForgeRemote&) const = default;
};

/// The host, owner and repository that `url` names in any of git's spellings
/// (`https://host/o/r.git`, `ssh://git@host:22/o/r`, `git@host:o/r`). GitHub's other names
/// (`www.github.com`, `ssh.github.com`) are github.com. Empty for a path, for what has not exactly
/// two parts after its host, and for names with other characters than letters, digits, `.`, `_`
/// and `-`.
std::optional<ForgeRemote> ParseForgeRemote(std::string_view url);

/// The repository that commit statuses are posted to. It must be on github.com, or on the forge
/// whose API `api_url` names ($GITHUB_API_URL: `https://ghe.example.org/api/v3` is the API of
/// ghe.example.org, `https://api.example.org` that of example.org); empty = github.com alone.
/// kRefused "no_forge"; the message never shows what may hold a password.
base::Result<ForgeRemote> FindForge(std::string_view origin_url, std::string_view api_url);

/// Where the API of a repository's forge is, without a slash at its end: `api_url` where that is
/// the API of its host, else https://api.github.com for github.com and https://<host>/api/v3 for
/// others.
std::string ApiOf(const ForgeRemote& remote, std::string_view api_url);

}  // namespace odu::forge
