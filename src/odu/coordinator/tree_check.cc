#include "odu/coordinator/tree_check.h"

#include "git/changes.h"
#include "git/repository.h"
#include "git/tree.h"
#include "odu/ledger/ci_folder.h"

namespace odu::coordinator {

boost::asio::awaitable<bool> TreeHasChanged(World& world, const ledger::RunHeader& header,
                                            std::optional<std::string>& content_id) {
  if (!header.scope.no_strict && !header.scope.no_snapshot) {
    co_return false;
  }
  const auto repository = co_await git::OpenRepository(world.git, world.toplevel);
  if (!repository) {
    co_return true;
  }
  const auto changes =
      co_await git::FindChanges(world.git, *repository, 1, std::string(ledger::kCiFolder));
  if (!changes) {
    co_return true;
  }
  if (changes->clean()) {
    co_return header.dirty || repository->sha != header.sha;
  }
  const auto id = co_await git::ContentId(world.git, *repository, false, world.home.cache,
                                          std::string(ledger::kCiFolder));
  if (!id) {
    co_return true;
  }
  content_id = *id;
  co_return content_id != header.content_id;
}

}  // namespace odu::coordinator
