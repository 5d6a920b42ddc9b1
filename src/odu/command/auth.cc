#include "odu/command/auth.h"

#include "odu/command/forge_access.h"

namespace odu::command {

base::Result<model::AuthReport> ExamineAuth(const std::string& cwd,
                                            const os::Environment& environment) {
  const auto access = OpenForge(cwd, environment);
  if (!access) {
    return base::Pass(access.error());
  }
  const auto found = access->github->Look();
  if (!found) {
    return base::Pass(found.error().error);
  }
  model::AuthReport report;
  report.repository = access->remote.owner + "/" + access->remote.repository;
  report.host = access->remote.host;
  report.api = access->api;
  report.token_from = access->credential.source;
  report.token_kind = forge::KindOfToken(access->credential.token);
  report.login = found->login;
  report.scopes = found->scopes;
  report.known_as = found->full_name;
  report.default_branch = found->default_branch;
  report.is_private = found->is_private;
  report.is_fork = found->is_fork;
  report.may_post = found->may_post;
  report.may_protect = found->may_administer;
  report.requests_left = found->rate_left;
  if (!found->may_post) {
    report.missing.emplace_back(
        "to post statuses: 'Commit statuses: write' (fine-grained token), or the scope "
        "'repo:status' (classic)");
  }
  if (!found->may_administer) {
    report.missing.emplace_back(
        "for 'odu protect': 'Administration: write' (fine-grained token), or the scope 'repo' of "
        "an administrator (classic)");
  }
  return report;
}

}  // namespace odu::command
