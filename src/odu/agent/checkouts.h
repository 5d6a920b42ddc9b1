#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "odu/agent/live_checkout.h"

namespace odu::agent {

/// The folder of git's own that all work trees of a repository share, by reading `.git`; empty when
/// there is none, or when it does not know this work tree. `toplevel` is absolute.
std::string CommonGitFolder(const std::string& toplevel);

/// Refuses a pipeline's file that does not lie in the checkout: what it says would run. `file`
/// counts from `toplevel`; empty is fine. kRefused "outside_checkout".
base::Result<void> CheckInside(const std::string& toplevel, const std::string& file);

/// The checkouts that an agent may drive: the one the server was started in, its other work trees,
/// and what lies below a folder that was allowed by name. Nothing else, whatever path is given.
class Checkouts {
 public:
  /// `home` is where the server stands; `allowed` are absolute. Neither need exist.
  Checkouts(World& world, std::string home, std::vector<std::string> allowed);

  /// The checkout that holds `path`; empty = the server's own. kUsage "bad_path" for a relative
  /// one, kRefused "checkout_not_allowed", "not_a_repository".
  base::Result<LiveCheckout*> Find(const std::string& path);
  /// Whether a run of that toplevel may be told of.
  bool MayTell(const std::string& toplevel);

  /// LiveCheckout::Close of them all.
  boost::asio::awaitable<void> Close();

  /// Calls `changed` when the nodes of the server's own checkout are others than before.
  void OnNodesReplaced(std::function<void()> changed) { replaced_ = std::move(changed); }

 private:
  base::Result<void> CheckAllowed(const std::string& toplevel) const;

  World& world_;
  std::string home_;
  std::string home_top_;  ///< the toplevel of the server's own; empty = it stands in none
  std::string home_git_;  ///< CommonGitFolder of the server's own
  std::vector<std::string> allowed_;
  std::map<std::string, std::unique_ptr<LiveCheckout>> checkouts_;  ///< by toplevel
  std::function<void()> replaced_;
};

}  // namespace odu::agent
