#include "odu/command/forge_access.h"

#include <utility>

#include "git/repository.h"
#include "git/runner.h"
#include "os/run_program.h"

namespace odu::command {
namespace {

boost::asio::awaitable<base::Result<os::ProgramResult>> RunHere(os::ProgramCall call) {
  auto result = os::RunProgramBlocking(call);
  co_return result;
}

}  // namespace

base::Result<ForgeAccess> OpenForge(const std::string& cwd, const os::Environment& environment) {
  git::BlockingRunner runner(environment);
  const auto repository = git::Blocking(git::OpenRepository(runner, cwd));
  if (!repository) {
    return base::Pass(repository.error());
  }
  const auto origin = git::Blocking(git::RemoteUrl(runner, *repository, "origin"));
  if (!origin) {
    return base::Pass(origin.error());
  }
  const std::string api(environment.Get("GITHUB_API_URL").value_or(""));
  const auto remote = forge::FindForge(*origin, api);
  if (!remote) {
    return base::Fail(remote.error().kind(), remote.error().code(), remote.error().message(),
                      origin->empty()
                          ? "add it: git remote add origin URL"
                          : "GitHub is asked; for GitHub Enterprise set GITHUB_API_URL");
  }
  auto credential = git::Blocking(forge::FindCredential(environment, *remote, RunHere));
  if (!credential) {
    return base::Fail(credential.error().kind(), credential.error().code(),
                      credential.error().message(), "set GH_TOKEN, or log in with 'gh auth login'");
  }
  ForgeAccess access;
  access.remote = *remote;
  access.api = forge::ApiOf(*remote, api);
  access.credential = *credential;
  access.http = std::make_unique<forge::HttpClient>(forge::HttpOptionsOf(environment));
  access.github =
      std::make_unique<forge::Github>(*access.http, *remote, access.api, std::move(*credential));
  return access;
}

}  // namespace odu::command
