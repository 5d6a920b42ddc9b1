#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "odu/forge/commit_status.h"
#include "odu/forge/failure.h"

namespace odu::forge {

/// A status as the forge shows it.
struct PostedStatus {
  int64_t id = 0;
  std::string context;
  std::string state;
  std::string description;
  int64_t created_s = 0;  ///< the forge's time, seconds since 1970
  bool operator==(const PostedStatus&) const = default;
};

/// All statuses of a commit, newest first, so that the first of a context is the one that counts.
struct ShownStatuses {
  std::vector<PostedStatus> statuses;
  int64_t now_s = 0;  ///< the forge's time when it said so; 0 = not told
};

/// What a token may do with a repository, as far as the forge tells.
struct Access {
  std::string login;  ///< who it speaks for; empty = not told (an app)
  /// The scopes of a classic token, comma and blank between; empty for other kinds.
  std::string scopes;
  bool has_scopes = false;
  std::string full_name;  ///< what the forge calls the repository: another name once it was renamed
  std::string default_branch;
  bool is_private = false;
  bool is_fork = false;
  bool may_administer = false;  ///< change rulesets
  bool may_post = false;        ///< was tried, with a commit that does not exist
  std::string why_not;          ///< with !may_post, for people
  int64_t rate_left = -1;       ///< requests left of this hour; -1 = not told
};

/// The one small interface to a forge; GitHub stands behind it. Calls block and may come from any
/// number of threads.
class Forge {
 public:
  virtual ~Forge() = default;

  /// Says so once more, whatever is there already; the id of what was made.
  virtual Answer<int64_t> Post(const std::string& sha, const CommitStatus& status) = 0;
  virtual Answer<ShownStatuses> Statuses(const std::string& sha) = 0;
  /// What the token may do.
  virtual Answer<Access> Look() = 0;
};

}  // namespace odu::forge
