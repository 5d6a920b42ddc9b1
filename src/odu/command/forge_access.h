#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "odu/forge/github.h"
#include "os/environment.h"

namespace odu::command {

/// The forge of the checkout that a command stands in, with a token.
struct ForgeAccess {
  forge::ForgeRemote remote;
  std::string api;
  forge::Credential credential;  ///< its token is in `github` too
  std::unique_ptr<forge::HttpClient> http;
  std::unique_ptr<forge::Github> github;
};

/// Failures: git's, kRefused "not_a_repository", "no_forge", "no_credentials".
base::Result<ForgeAccess> OpenForge(const std::string& cwd, const os::Environment& environment);

}  // namespace odu::command
