#include "git/repository.h"

#include <fmt/format.h>

#include <vector>

#include "base/text.h"
#include "git/failure.h"
#include "os/file_system.h"

namespace git {
namespace {

using base::ErrorKind;

// git answers the questions of one rev-parse in their order, a line each, until one fails.
enum Answer { kBare, kInside, kGitDir, kCommonDir, kToplevel, kSha, kTree, kAnswers };

bool Says(const os::ProgramResult& result, std::string_view words) {
  return result.stderr_text.find(words) != std::string::npos;
}

/// The part of `text` between the first two single quotes.
std::string FirstQuoted(std::string_view text) {
  const size_t begin = text.find('\'');
  const size_t end = begin == std::string_view::npos ? begin : text.find('\'', begin + 1);
  return end == std::string_view::npos ? std::string()
                                       : std::string(text.substr(begin + 1, end - begin - 1));
}

base::Error WhyNot(const std::string& directory, const std::vector<std::string_view>& answers,
                   const os::ProgramResult& result) {
  const auto answered = [&](Answer which, std::string_view value) {
    return answers.size() > which && answers[which] == value;
  };
  if (Says(result, "not a git repository")) {
    return base::Error(ErrorKind::kRefused, "not_a_repository",
                       fmt::format("{} is not in a git repository", base::Quoted(directory)),
                       "go to a checkout, or make one of this folder with: git init");
  }
  if (Says(result, "dubious ownership")) {
    const std::string path = FirstQuoted(Cause(result.stderr_text));
    return base::Error(
        ErrorKind::kRefused, "dubious_ownership",
        fmt::format("the repository at {} belongs to another user: git refuses it",
                    base::Quoted(path)),
        fmt::format("if you trust it: git config --global --add safe.directory {}", path));
  }
  if (answered(kBare, "true")) {
    return BareRepository(answers.size() > kGitDir ? std::string(answers[kGitDir]) : directory);
  }
  if (answered(kInside, "false")) {
    return base::Error(
        ErrorKind::kRefused, "inside_git_dir",
        fmt::format("{} is inside git's own folder, not in a work tree", base::Quoted(directory)),
        "go to the checkout itself");
  }
  if (answers.size() > kToplevel && Says(result, "HEAD")) {
    return base::Error(
        ErrorKind::kRefused, "no_commit",
        fmt::format("the repository at {} has no commit yet", base::Quoted(answers[kToplevel])),
        "commit something first: a run is a run of a commit");
  }
  return Failure("rev-parse", result);
}

}  // namespace

boost::asio::awaitable<base::Result<Repository>> OpenRepository(Runner& runner,
                                                                std::string directory) {
  Command command;
  for (const char* argument : {"rev-parse", "--path-format=absolute", "--is-bare-repository",
                               "--is-inside-work-tree", "--absolute-git-dir", "--git-common-dir",
                               "--show-toplevel", "HEAD^{commit}", "HEAD^{tree}"}) {
    command.arguments.emplace_back(argument);
  }
  command.directory = directory;
  auto result = co_await runner.Run(std::move(command));
  if (!result) {
    co_return base::Pass(result.error());
  }
  std::vector<std::string_view> answers = base::Split(result->stdout_text, '\n');
  answers.pop_back();
  if (!answers.empty() && answers.front().starts_with("--path-format")) {
    co_return base::Fail(ErrorKind::kHost, "git_too_old", "this git is older than 2.31",
                         "install a newer one");
  }
  if (!result->ok()) {
    co_return base::Pass(WhyNot(directory, answers, *result));
  }
  if (answers.size() != kAnswers) {
    co_return base::Fail(
        ErrorKind::kRefused, "bad_path",
        fmt::format("the path of the checkout that holds {} has a line break in it",
                    base::Quoted(directory)),
        "move it to a path without one");
  }
  Repository repository;
  repository.toplevel = answers[kToplevel];
  repository.git_dir = answers[kGitDir];
  repository.common_dir = answers[kCommonDir];
  repository.sha = answers[kSha];
  repository.tree = answers[kTree];
  co_return repository;
}

namespace {

/// `directory` or the nearest folder above it that is `wanted`.
std::optional<std::string> FindUpwards(const std::string& directory,
                                       bool (*wanted)(const std::string& prefix)) {
  auto path = os::RealPath(directory.empty() ? "." : directory);
  if (!path) {
    return std::nullopt;
  }
  std::string here = std::move(*path);
  while (true) {
    if (wanted(here == "/" ? "" : here)) {
      return here;
    }
    if (here == "/") {
      return std::nullopt;
    }
    const size_t slash = here.rfind('/');
    here.resize(slash == 0 ? 1 : slash);
  }
}

}  // namespace

std::optional<std::string> FindToplevel(const std::string& directory) {
  return FindUpwards(directory,
                     [](const std::string& prefix) { return os::Exists(prefix + "/.git"); });
}

std::optional<std::string> FindBareRepository(const std::string& directory) {
  return FindUpwards(directory, [](const std::string& prefix) {
    return os::Exists(prefix + "/HEAD") && os::Exists(prefix + "/objects") &&
           os::Exists(prefix + "/refs");
  });
}

base::Error BareRepository(const std::string& path) {
  return base::Error(
      ErrorKind::kRefused, "bare_repository",
      fmt::format("{} is a bare repository: it has no files to run", base::Quoted(path)),
      "make a checkout of it with: git worktree add <path>");
}

boost::asio::awaitable<base::Result<std::string>> ResolveCommit(Runner& runner,
                                                                const Repository& repository,
                                                                std::string revision) {
  const auto unknown = [&] {
    return base::Fail(ErrorKind::kGone, "no_commit",
                      fmt::format("{} names no commit of {}", base::Quoted(revision),
                                  base::Quoted(repository.toplevel)));
  };
  // git would take it for an option.
  if (revision.empty() || revision.front() == '-') {
    co_return unknown();
  }
  Command command;
  command.arguments =
      std::vector<std::string>{"rev-parse", "--verify", "--quiet", revision + "^{commit}"};
  command.directory = repository.toplevel;
  auto result = co_await runner.Run(std::move(command));
  if (!result) {
    co_return base::Pass(result.error());
  }
  if (!result->ok()) {
    co_return unknown();
  }
  std::string sha = std::move(result->stdout_text);
  if (!sha.empty() && sha.back() == '\n') {
    sha.pop_back();
  }
  co_return sha;
}

boost::asio::awaitable<base::Result<std::string>> ReadFileAt(Runner& runner,
                                                             const Repository& repository,
                                                             std::string commit, std::string path) {
  Command command;
  command.arguments = std::vector<std::string>{"cat-file", "blob", commit + ":" + path};
  command.directory = repository.toplevel;
  auto result = co_await runner.Run(std::move(command));
  if (!result) {
    co_return base::Pass(result.error());
  }
  if (!result->ok()) {
    if (Says(*result, "does not exist in") || Says(*result, "exists on disk, but not in")) {
      co_return base::Fail(
          ErrorKind::kGone, "not_found",
          fmt::format("{} is not in commit {}", base::Quoted(path), commit.substr(0, 7)));
    }
    co_return base::Pass(Failure("cat-file", *result));
  }
  co_return std::move(result->stdout_text);
}

boost::asio::awaitable<base::Result<std::string>> RemoteUrl(Runner& runner,
                                                            const Repository& repository,
                                                            std::string remote) {
  Command command;
  command.arguments = std::vector<std::string>{"remote", "get-url", "--", remote};
  command.directory = repository.toplevel;
  auto result = co_await runner.Run(std::move(command));
  if (!result) {
    co_return base::Pass(result.error());
  }
  if (!result->ok()) {
    if (Says(*result, "No such remote")) {
      co_return std::string();
    }
    co_return base::Pass(Failure("remote", *result));
  }
  std::string url = std::move(result->stdout_text);
  if (!url.empty() && url.back() == '\n') {
    url.pop_back();
  }
  co_return url;
}

}  // namespace git
