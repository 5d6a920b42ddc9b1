#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>

#include "base/error.h"
#include "odu/forge/forge_remote.h"
#include "odu/forge/http.h"

namespace odu::forge {

/// What helps against a failure of a forge.
enum class Remedy {
  kRetry,   ///< the same again, a little later
  kWait,    ///< the forge said how long nothing may be asked
  kPush,    ///< the forge does not have the commit yet
  kPerson,  ///< somebody has to change a token, a permission or a setting
};

/// Why a forge did not do what it was asked.
struct Failure {
  base::Error error;
  Remedy remedy = Remedy::kRetry;
  /// With kWait; with kRetry what the forge asked for, if anything.
  std::chrono::milliseconds after{0};
};

template <class T>
using Answer = std::expected<T, Failure>;

/// What was asked of a forge, for messages.
struct Asked {
  ForgeRemote repository;
  /// "post commit statuses to", "read the rulesets of"; what comes after it is the repository.
  std::string to_do;
  /// What a token needs for that: "'Commit statuses: write' (fine-grained) or the scope
  /// 'repo:status' (classic)".
  std::string needs;
  std::string token_source;
};

/// The failure that an answer with a status of 400 or more is, after the public description of
/// GitHub's API: rate limits (primary by x-ratelimit-remaining and -reset, secondary by Retry-After
/// or its words), 401, 403, 404, 422, 5xx. `now_s` is the time in seconds since 1970. Texts of the
/// forge are cut, sanitised and without the token. Pure.
Failure FailureOf(const HttpResponse& response, const Asked& asked, const Secret& token,
                  int64_t now_s);

/// The failure of a request that had no answer.
Failure FailureOf(base::Error error);

}  // namespace odu::forge
