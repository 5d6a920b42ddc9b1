#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "surface/contract.h"

/// What `odu auth` and `odu protect` tell; their `-o json` is these shapes.
namespace odu::model {

struct AuthReport {
  std::string repository;  ///< `owner/name`, as the remote says
  std::string host;
  std::string api;
  std::string token_from;  ///< GH_TOKEN, GITHUB_TOKEN, "gh auth token", "git's credential helper"
  std::string token_kind;  ///< "classic", "fine-grained", …
  std::string login;       ///< empty = an app's, which is nobody's
  std::string scopes;      ///< of a classic token
  std::string known_as;    ///< what the forge calls the repository
  std::string default_branch;
  bool is_private = false;
  bool is_fork = false;
  bool may_post = false;
  bool may_protect = false;
  int64_t requests_left = -1;        ///< of this hour; -1 = not told
  std::vector<std::string> missing;  ///< for people
  bool operator==(const AuthReport&) const = default;
};
BOOST_DESCRIBE_STRUCT(AuthReport, (),
                      (repository, host, api, token_from, token_kind, login, scopes, known_as,
                       default_branch, is_private, is_fork, may_post, may_protect, requests_left,
                       missing))

struct ProtectReport {
  std::string repository;
  std::string branch;
  std::string ruleset;                ///< its name
  int64_t ruleset_id = 0;             ///< 0 = one that is made
  std::vector<std::string> contexts;  ///< what a run posts, without `_ci-setup`
  std::vector<std::string> added;
  std::vector<std::string> removed;
  std::vector<std::string> kept;  ///< required by others, left as they are
  std::string diff;               ///< the exact change
  std::string platforms_from;     ///< the hosts file that named the platforms; empty = --platform
  bool applied = false;
  bool operator==(const ProtectReport&) const = default;
};
BOOST_DESCRIBE_STRUCT(ProtectReport, (),
                      (repository, branch, ruleset, ruleset_id, contexts, added, removed, kept,
                       diff, platforms_from, applied))

}  // namespace odu::model
