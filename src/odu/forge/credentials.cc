#include "odu/forge/credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/text.h"

namespace odu::forge {
namespace {

using base::Result;
using boost::asio::awaitable;

constexpr async::Duration kToolBound = std::chrono::seconds(10);
constexpr size_t kToolLimit = size_t{64} << 10;

std::string_view FirstLine(std::string_view text) {
  return text.substr(0, std::min(text.find_first_of("\r\n"), text.size()));
}

/// Why a helper gave nothing, for people; without what it printed on stdout.
std::string Excuse(std::string_view tool, const Result<os::ProgramResult>& result) {
  if (!result) {
    return result.error().code() == "program_not_found"
               ? fmt::format("no {}", tool)
               : fmt::format("{}: {}", tool, result.error().message());
  }
  const std::string said = base::Sanitised(FirstLine(result->stderr_text).substr(0, 120), false);
  return said.empty() ? fmt::format("{} knows none", tool) : fmt::format("{}: {}", tool, said);
}

os::ProgramCall Helper(os::Environment environment, std::vector<std::string> argv) {
  environment.Set("GIT_TERMINAL_PROMPT", "0");
  environment.Set("GH_PROMPT_DISABLED", "1");
  environment.Set("GCM_INTERACTIVE", "never");
  environment.Remove("GIT_ASKPASS");
  environment.Remove("SSH_ASKPASS");
  environment.Remove("DISPLAY");
  os::ProgramCall call;
  call.argv = std::move(argv);
  call.environment = environment.entries();
  call.timeout = kToolBound;
  call.stdout_limit = kToolLimit;
  call.stderr_limit = kToolLimit;
  return call;
}

std::string PasswordOf(std::string_view answer) {
  for (const std::string_view line : base::Split(answer, '\n')) {
    if (line.starts_with("password=")) {
      return std::string(FirstLine(line.substr(9)));
    }
  }
  return {};
}

}  // namespace

bool IsToken(std::string_view text) {
  return !text.empty() && text.size() <= 1024 &&
         std::ranges::all_of(text, [](unsigned char c) { return c > ' ' && c < 0x7f; });
}

std::string_view KindOfToken(const Secret& token) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kKinds{
      {{"github_pat_", "fine-grained"},
       {"ghp_", "classic"},
       {"gho_", "OAuth"},
       {"ghs_", "app installation"},
       {"ghu_", "app user"}}};
  for (const auto& [start, kind] : kKinds) {
    if (token.Reveal().starts_with(start)) {
      return kind;
    }
  }
  return "token";
}

awaitable<Result<Credential>> FindCredential(os::Environment environment, ForgeRemote remote,
                                             RunTool run) {
  std::string excuses;
  for (const char* name : {"GH_TOKEN", "GITHUB_TOKEN"}) {
    const auto value = environment.Get(name);
    if (!value || value->empty()) {
      continue;
    }
    if (IsToken(*value)) {
      Credential found;
      found.token = Secret(std::string(*value));
      found.source = name;
      co_return found;
    }
    excuses += fmt::format("${} is no token; ", name);
  }
  environment.Remove("GH_TOKEN");
  environment.Remove("GITHUB_TOKEN");
  os::ProgramCall ask_gh = Helper(
      environment, std::vector<std::string>{"gh", "auth", "token", "--hostname", remote.host});
  const Result<os::ProgramResult> gh = co_await run(std::move(ask_gh));
  if (gh && gh->ok() && IsToken(FirstLine(gh->stdout_text))) {
    Credential found;
    found.token = Secret(std::string(FirstLine(gh->stdout_text)));
    found.source = "gh auth token";
    co_return found;
  }
  excuses += Excuse("gh", gh) + "; ";
  os::ProgramCall ask_git = Helper(
      environment, std::vector<std::string>{"git", "-c", "core.askPass=", "credential", "fill"});
  ask_git.stdin_text = fmt::format("protocol=https\nhost={}\npath={}/{}.git\n\n", remote.host,
                                   remote.owner, remote.repository);
  const Result<os::ProgramResult> git = co_await run(std::move(ask_git));
  if (git && git->ok()) {
    std::string password = PasswordOf(git->stdout_text);
    if (IsToken(password)) {
      Credential found;
      found.token = Secret(std::move(password));
      found.source = "git's credential helper";
      co_return found;
    }
  }
  excuses += Excuse("git's credential helper", git);
  co_return base::Fail(
      base::ErrorKind::kRefused, "no_credentials",
      fmt::format("there is no token for {}: $GH_TOKEN and $GITHUB_TOKEN are not set; {}",
                  remote.host, excuses),
      "set GH_TOKEN, or log in with 'gh auth login'; then 'odu post --retry'");
}

}  // namespace odu::forge
