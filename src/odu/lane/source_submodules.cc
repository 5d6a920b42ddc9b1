#include "odu/lane/source_submodules.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "base/text.h"
#include "git/object_cache.h"
#include "git/worktree.h"
#include "odu/lane/source_lock.h"
#include "os/file_system.h"

namespace odu::lane {

namespace asio = boost::asio;

namespace {

constexpr size_t kMaxHave = 256;
// A repository can name itself as its own submodule.
constexpr size_t kMaxDepth = 8;

/// One tree whose submodules are to be filled.
struct Outer {
  std::string path;                ///< of the tree
  std::vector<std::string> route;  ///< the submodules that lead to it
};

asio::awaitable<base::Result<std::vector<git::Gitlink>>> LinksOf(git::Runner& runner,
                                                                 std::string tree) {
  git::Command list;
  list.arguments = std::vector<std::string>{"ls-files", "--stage", "-z"};
  list.directory = std::move(tree);
  auto text = co_await git::Output(runner, std::move(list));
  if (!text) {
    co_return base::Pass(text.error());
  }
  co_return git::ParseGitlinks(*text);
}

asio::awaitable<base::Result<void>> AddTree(SourceTools& tools, const model::LaneSource& source,
                                            std::string path, std::string sha) {
  // What an earlier attempt left registered there.
  auto cleared = co_await git::RemoveWorktree(tools.runner, source.repository, path);
  if (!cleared) {
    co_return cleared;
  }
  git::WorktreeRequest request;
  request.toplevel = source.repository;
  request.path = std::move(path);
  request.sha = std::move(sha);
  request.share_submodules = false;
  co_return co_await git::AddWorktree(tools.runner, std::move(request));
}

/// Puts the commit's tree at `path` if the cache has it, or `bundle` brings it; else what the cache
/// has comes back in `have`, and false.
asio::awaitable<base::Result<bool>> TryFill(SourceTools& tools, const model::LaneSource& source,
                                            std::string path, std::string sha, std::string bundle,
                                            std::vector<std::string>& have, const Told& told) {
  auto lock = co_await LockSource(tools.clock, source.repository, told);
  if (!lock) {
    co_return base::Pass(lock.error());
  }
  if (!bundle.empty()) {
    auto taken = co_await git::AddBundle(tools.runner, source.repository, std::move(bundle), sha);
    if (!taken) {
      co_return base::Pass(taken.error());
    }
  }
  auto there = co_await git::HasCommit(tools.runner, source.repository, sha);
  if (!there) {
    co_return there;
  }
  if (*there) {
    auto added = co_await AddTree(tools, source, std::move(path), std::move(sha));
    if (!added) {
      co_return base::Pass(added.error());
    }
    co_return true;
  }
  auto known = co_await git::CommitsIn(tools.runner, source.repository, kMaxHave);
  if (!known) {
    co_return base::Pass(known.error());
  }
  have = std::move(*known);
  co_return false;
}

/// False when it stays empty.
asio::awaitable<base::Result<bool>> BringOne(SourceTools& tools, const model::LaneSource& source,
                                             std::string path, std::vector<std::string> route,
                                             std::string sha, const Told& told) {
  const std::string name = base::Quoted(fmt::format("{}", fmt::join(route, "/")));
  std::vector<std::string> have;
  std::string nothing;
  auto filled = co_await TryFill(tools, source, path, sha, std::move(nothing), have, told);
  if (!filled) {
    co_return filled;
  }
  std::shared_ptr<UploadedFile> uploaded;
  if (!*filled) {
    std::string kind = "submodule\n" + fmt::format("{}", fmt::join(route, "\n"));
    auto brought = co_await tools.desk.Ask(std::move(kind), have);
    if (!brought) {
      co_return base::Pass(brought.error());
    }
    uploaded = std::move(*brought);
    if (uploaded->size() == 0) {
      told(fmt::format("[odu] WARNING: submodule {} is not initialised in the checkout: left empty",
                       name));
      co_return false;
    }
    std::string bundle = uploaded->path();
    filled = co_await TryFill(tools, source, path, sha, std::move(bundle), have, told);
    if (!filled) {
      co_return filled;
    }
  }
  told(fmt::format("[odu] submodule {} at {}", name, sha.substr(0, 7)));
  co_return *filled;
}

}  // namespace

asio::awaitable<base::Result<void>> BringSubmodules(SourceTools& tools,
                                                    const model::LaneSource& source,
                                                    const Told& told) {
  std::vector<Outer> outers(1);
  outers.front().path = source.workspace;
  while (!outers.empty()) {
    const Outer outer = std::move(outers.back());
    outers.pop_back();
    if (!os::Exists(outer.path + "/.gitmodules") || outer.route.size() >= kMaxDepth) {
      continue;
    }
    auto links = co_await LinksOf(tools.runner, outer.path);
    if (!links) {
      co_return base::Pass(links.error());
    }
    for (const git::Gitlink& link : *links) {
      Outer inner;
      inner.path = outer.path + "/" + link.path;
      inner.route = outer.route;
      inner.route.push_back(link.path);
      if (link.path.find('\n') != std::string::npos) {
        told("[odu] WARNING: a submodule with a newline in its path: left empty");
        continue;
      }
      auto brought = co_await BringOne(tools, source, inner.path, inner.route, link.sha, told);
      if (!brought) {
        co_return base::Pass(brought.error().In("submodule " + base::Quoted(link.path)));
      }
      if (*brought) {
        outers.push_back(std::move(inner));
      }
    }
  }
  co_return base::Result<void>();
}

asio::awaitable<base::Result<void>> RemoveTreeOfCache(git::Runner& runner, std::string cache,
                                                      std::string path) {
  auto trees = co_await git::ListWorktrees(runner, cache);
  if (trees) {
    for (const git::Worktree& tree : *trees) {
      if (tree.path.starts_with(path + "/")) {
        // One that resists goes with the folder around it.
        static_cast<void>(co_await git::RemoveWorktree(runner, cache, tree.path));
      }
    }
  }
  co_return co_await git::RemoveWorktree(runner, std::move(cache), std::move(path));
}

}  // namespace odu::lane
