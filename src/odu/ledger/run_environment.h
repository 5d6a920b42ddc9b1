#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "os/environment.h"

namespace odu::ledger {

struct RunFolder;
struct RunLane;

/// What a run keeps of its caller's environment until it closes. No lane is given what `pass_env`
/// brings back for another.
struct RunEnvironment {
  os::Environment common;  ///< what the recipes of every lane get
  /// By platform: the variables that `pass_env` of its host brings back, no others.
  std::map<std::string, os::Environment, std::less<>> passed{};

  /// What the recipes of a lane get.
  os::Environment Of(std::string_view platform) const;
  /// The values that no text of or about that lane may show.
  std::vector<std::string> SecretsOf(std::string_view platform) const;
  /// Everything that is kept, as one caller's: for a later run, which takes its own lanes' from it.
  os::Environment Whole() const;

  bool operator==(const RunEnvironment&) const = default;
};

/// Writes it into the run's folder, 0600: `env` for all, `env.<platform>` where a lane has more.
base::Result<void> WriteRunEnvironment(const RunFolder& folder, const RunEnvironment& environment);

/// Reads back what was written for these lanes; kGone "not_found" once the run is closed.
base::Result<RunEnvironment> ReadRunEnvironment(const RunFolder& folder,
                                                std::span<const RunLane> lanes);

/// Removes every file of it, also what a writer left half done. What is not there is a success.
base::Result<void> ForgetRunEnvironment(const RunFolder& folder);

}  // namespace odu::ledger
