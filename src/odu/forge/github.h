#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "odu/forge/credentials.h"
#include "odu/forge/forge.h"
#include "odu/forge/http.h"

namespace odu::forge {

/// A rule that governs a branch, as "Get rules for a branch" tells it.
struct BranchRule {
  std::string type;         ///< "required_status_checks", …
  std::string source_type;  ///< "Repository" or "Organization"
  std::string source;       ///< `owner/repository`, or the organisation
  int64_t ruleset_id = 0;
};

/// GitHub's REST API (docs.github.com/en/rest), version 2022-11-28, of one repository.
class Github final : public Forge {
 public:
  /// `api` as ApiOf gives it; `http` must outlive this.
  Github(HttpClient& http, ForgeRemote repository, std::string api, Credential credential);

  Answer<int64_t> Post(const std::string& sha, const CommitStatus& status) override;
  Answer<ShownStatuses> Statuses(const std::string& sha) override;
  Answer<Access> Look() override;

  Answer<std::string> DefaultBranch();
  /// The active rules for a branch, of whatever level.
  Answer<std::vector<BranchRule>> RulesOf(const std::string& branch);
  Answer<base::json::object> Ruleset(int64_t id);
  /// Replaces a ruleset's fields by those of `body`, or makes one (id 0); gives what is there then.
  Answer<base::json::object> WriteRuleset(int64_t id, const base::json::object& body);

  const ForgeRemote& repository() const { return repository_; }

 private:
  /// What a page that was read before said: asked for again only if it changed (a 304 costs nothing
  /// of the rate limit).
  struct Remembered {
    std::string etag;
    HttpResponse response;
  };

  Answer<HttpResponse> Ask(HttpRequest request, const std::string& to_do, const std::string& needs);
  Answer<HttpResponse> Get(const std::string& url, const std::string& to_do,
                           const std::string& needs);
  /// Get, and all pages that follow, as one array.
  Answer<base::json::array> GetAll(std::string url, const std::string& to_do,
                                   const std::string& needs, int64_t* now_s = nullptr);
  std::string Url(std::string_view below) const;

  HttpClient& http_;
  ForgeRemote repository_;
  std::string api_;
  Credential credential_;
  std::mutex mutex_;
  std::map<std::string, Remembered> pages_;
};

/// One page of "List commit statuses for a reference"; what is no status is left out. Pure.
std::vector<PostedStatus> ParseStatuses(const base::json::array& page);
/// One page of "Get rules for a branch". Pure.
std::vector<BranchRule> ParseRules(const base::json::array& page);

}  // namespace odu::forge
