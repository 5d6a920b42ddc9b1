#include "git/submodules.h"

#include <fmt/format.h>

#include "base/text.h"
#include "os/file_system.h"

namespace git {
namespace {

constexpr async::Duration kCheckoutTimeout = std::chrono::minutes(30);
// A repository can name itself as its own submodule.
constexpr int kMaxDepth = 8;
constexpr size_t kGitFileLimit = 64 << 10;
constexpr std::string_view kGitlinkMode = "160000 ";

boost::asio::awaitable<base::Result<void>> FillOne(Runner& runner, std::string git_dir,
                                                   std::string path, Gitlink link) {
  Command clone;
  clone.arguments =
      std::vector<std::string>{"clone",     "--quiet",     "--shared", "--no-checkout",
                               "--no-tags", "--template=", "--",       git_dir,
                               path};
  clone.timeout = kCheckoutTimeout;
  auto cloned = co_await Output(runner, std::move(clone));
  if (!cloned) {
    co_return base::Pass(cloned.error());
  }
  Command checkout;
  checkout.arguments = std::vector<std::string>{
      "-c", "submodule.recurse=false", "checkout", "--quiet", "--detach", link.sha};
  checkout.directory = path;
  checkout.timeout = kCheckoutTimeout;
  auto result = co_await runner.Run(std::move(checkout));
  if (!result) {
    co_return base::Pass(result.error());
  }
  if (!result->ok()) {
    co_return base::Fail(
        base::ErrorKind::kGone, "no_commit",
        fmt::format("the checkout has no commit {} of its submodule", link.sha.substr(0, 7)),
        "fetch it with: git submodule update --init --recursive");
  }
  co_return base::Result<void>();
}

}  // namespace

std::vector<Gitlink> ParseGitlinks(std::string_view text) {
  std::vector<Gitlink> links;
  for (std::string_view entry : base::Split(text, '\0')) {
    // "160000 <sha> <stage>\t<path>"
    const size_t tab = entry.find('\t');
    if (!entry.starts_with(kGitlinkMode) || tab == std::string_view::npos) {
      continue;
    }
    const std::string_view rest = entry.substr(kGitlinkMode.size(), tab - kGitlinkMode.size());
    Gitlink link;
    link.sha = rest.substr(0, rest.find(' '));
    link.path = entry.substr(tab + 1);
    links.push_back(std::move(link));
  }
  return links;
}

std::optional<std::string> GitDirOf(const std::string& path) {
  const std::string git = path + "/.git";
  const auto status = os::StatusOf(git);
  if (!status) {
    return std::nullopt;
  }
  if (status->kind == os::FileKind::kDirectory) {
    return git;
  }
  auto text = os::ReadFile(git, kGitFileLimit);
  constexpr std::string_view kMark = "gitdir: ";
  if (!text || !text->starts_with(kMark)) {
    return std::nullopt;
  }
  std::string target = text->substr(kMark.size());
  while (!target.empty() && (target.back() == '\n' || target.back() == '\r')) {
    target.pop_back();
  }
  if (target.empty()) {
    return std::nullopt;
  }
  if (target.front() != '/') {
    target = path + "/" + target;
  }
  auto real = os::RealPath(target);
  if (!real) {
    return std::nullopt;
  }
  return *real;
}

boost::asio::awaitable<base::Result<SubmoduleFound>> FindSubmodule(
    Runner& runner, std::string git_dir, std::string objects, std::string toplevel, std::string sha,
    std::vector<std::string> route) {
  SubmoduleFound found{std::move(git_dir), std::move(sha)};
  for (const std::string& path : route) {
    Command list;
    list.arguments = std::vector<std::string>{
        "--git-dir=" + found.git_dir, "ls-tree", "-z", found.sha, "--", path};
    list.environment.emplace_back("GIT_LITERAL_PATHSPECS=1");
    if (!objects.empty()) {
      list.environment.push_back("GIT_ALTERNATE_OBJECT_DIRECTORIES=" + objects);
    }
    auto text = co_await Output(runner, std::move(list));
    if (!text) {
      co_return base::Pass(text.error());
    }
    // "160000 commit <sha>\t<path>"
    constexpr std::string_view kEntry = "160000 commit ";
    const std::string end = "\t" + path + std::string(1, '\0');
    if (!text->starts_with(kEntry) || !text->ends_with(end) ||
        text->find('\0') + 1 != text->size()) {
      co_return base::Fail(base::ErrorKind::kUsage, "no_submodule",
                           fmt::format("{} is no submodule of commit {}", base::Quoted(path),
                                       found.sha.substr(0, 7)));
    }
    found.sha = text->substr(kEntry.size(), text->size() - kEntry.size() - end.size());
    toplevel += "/" + path;
    found.git_dir = GitDirOf(toplevel).value_or("");
    if (found.git_dir.empty()) {
      break;
    }
  }
  co_return found;
}

boost::asio::awaitable<base::Result<void>> FillSubmodules(Runner& runner, std::string checkout,
                                                          std::string path, Told told, int depth) {
  if (!os::Exists(path + "/.gitmodules") || depth >= kMaxDepth) {
    co_return base::Result<void>();
  }
  Command list;
  list.arguments = std::vector<std::string>{"ls-files", "--stage", "-z"};
  list.directory = path;
  auto text = co_await Output(runner, std::move(list));
  if (!text) {
    co_return base::Pass(text.error());
  }
  for (const Gitlink& link : ParseGitlinks(*text)) {
    const std::string name = base::Quoted(link.path);
    const std::string from = checkout + "/" + link.path;
    const std::string to = path + "/" + link.path;
    const auto git_dir = GitDirOf(from);
    if (!git_dir) {
      if (told) {
        told(fmt::format("submodule {} is not initialised in the checkout: left empty", name));
      }
      continue;
    }
    if (told) {
      told(fmt::format("submodule {} at {}", name, link.sha.substr(0, 7)));
    }
    auto filled = co_await FillOne(runner, *git_dir, to, link);
    if (!filled) {
      co_return base::Pass(filled.error().In(fmt::format("submodule {}", name)));
    }
    auto deeper = co_await FillSubmodules(runner, from, to, told, depth + 1);
    if (!deeper) {
      co_return base::Pass(deeper.error().In(fmt::format("submodule {}", name)));
    }
  }
  co_return base::Result<void>();
}

}  // namespace git
