#include "odu/forge/github.h"

#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <utility>

#include "base/text.h"

namespace odu::forge {
namespace {

using base::ErrorKind;

constexpr const char* kStatusNeeds =
    "'Commit statuses: write' (fine-grained token), or the scope 'repo:status' (classic)";
constexpr const char* kReadNeeds =
    "'Metadata: read' (fine-grained token), or the scope 'repo' for a private one (classic)";
constexpr const char* kRulesNeeds =
    "'Administration: write' (fine-grained token), or the scope 'repo' and an administrator's "
    "account (classic)";
constexpr int kMostPages = 200;
constexpr size_t kRememberedPages = 64;

int64_t NowSeconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string TextOf(const base::json::object& object, std::string_view key) {
  const base::json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}
bool FlagOf(const base::json::object& object, std::string_view key) {
  const base::json::value* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}
int64_t IdOf(const base::json::object& object, std::string_view key) {
  const base::json::value* value = object.if_contains(key);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

/// A time in UTC, seconds since 1970; 0 for what is none.
int64_t ParseTime(const std::string& text) {
  std::tm parts{};
  return strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr ? 0 : timegm(&parts);
}

std::string InPath(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

Failure BadAnswer(const std::string& host) {
  return FailureOf(base::Error(ErrorKind::kHost, "bad_answer",
                               host + ": its answer is not what its API describes"));
}

}  // namespace

std::vector<PostedStatus> ParseStatuses(const base::json::array& page) {
  std::vector<PostedStatus> statuses;
  for (const base::json::value& value : page) {
    if (const base::json::object* object = value.if_object()) {
      PostedStatus status;
      status.id = IdOf(*object, "id");
      status.context = TextOf(*object, "context");
      status.state = TextOf(*object, "state");
      status.description = TextOf(*object, "description");
      status.created_s = ParseTime(TextOf(*object, "created_at"));
      if (!status.context.empty() && !status.state.empty()) {
        statuses.push_back(std::move(status));
      }
    }
  }
  return statuses;
}

std::vector<BranchRule> ParseRules(const base::json::array& page) {
  std::vector<BranchRule> rules;
  for (const base::json::value& value : page) {
    if (const base::json::object* object = value.if_object()) {
      BranchRule rule;
      rule.type = TextOf(*object, "type");
      rule.source_type = TextOf(*object, "ruleset_source_type");
      rule.source = TextOf(*object, "ruleset_source");
      rule.ruleset_id = IdOf(*object, "ruleset_id");
      rules.push_back(std::move(rule));
    }
  }
  return rules;
}

Github::Github(HttpClient& http, ForgeRemote repository, std::string api, Credential credential)
    : http_(http),
      repository_(std::move(repository)),
      api_(std::move(api)),
      credential_(std::move(credential)) {}

std::string Github::Url(std::string_view below) const {
  return fmt::format("{}/repos/{}/{}{}", api_, repository_.owner, repository_.repository, below);
}

Answer<HttpResponse> Github::Ask(HttpRequest request, const std::string& to_do,
                                 const std::string& needs) {
  request.token = credential_.token;
  request.headers.emplace_back("Accept: application/vnd.github+json");
  request.headers.emplace_back("X-GitHub-Api-Version: 2022-11-28");
  if (!request.body.empty()) {
    request.headers.emplace_back("Content-Type: application/json");
  }
  auto response = http_.Send(request);
  if (!response) {
    return std::unexpected(FailureOf(response.error()));
  }
  if (response->status >= 400 || response->status < 200) {
    const Asked asked{repository_, to_do, needs, credential_.source};
    return std::unexpected(FailureOf(*response, asked, credential_.token, NowSeconds()));
  }
  return *std::move(response);
}

Answer<HttpResponse> Github::Get(const std::string& url, const std::string& to_do,
                                 const std::string& needs) {
  HttpRequest request;
  request.url = url;
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = pages_.find(url); known != pages_.end()) {
      request.headers.push_back("If-None-Match: " + known->second.etag);
    }
  }
  auto response = Ask(std::move(request), to_do, needs);
  if (!response) {
    return response;
  }
  const std::lock_guard lock(mutex_);
  if (response->status == 304) {
    const auto known = pages_.find(url);
    if (known == pages_.end()) {
      return std::unexpected(BadAnswer(repository_.host));
    }
    HttpResponse same = known->second.response;
    if (const auto date = response->Header("date")) {
      same.headers.emplace_back("date", *date);
    }
    return same;
  }
  if (const auto etag = response->Header("etag")) {
    if (pages_.size() >= kRememberedPages) {
      pages_.clear();
    }
    pages_[url] = Remembered{std::string(*etag), *response};
  }
  return response;
}

Answer<base::json::array> Github::GetAll(std::string url, const std::string& to_do,
                                         const std::string& needs, int64_t* now_s) {
  base::json::array all;
  for (int pages = 0; !url.empty() && pages < kMostPages; ++pages) {
    const auto response = Get(url, to_do, needs);
    if (!response) {
      return std::unexpected(response.error());
    }
    const auto json = base::ParseJson(response->body, "answer");
    const base::json::array* page = json ? json->if_array() : nullptr;
    if (page == nullptr) {
      return std::unexpected(BadAnswer(repository_.host));
    }
    all.insert(all.end(), page->begin(), page->end());
    if (now_s != nullptr) {
      *now_s = ParseHttpDate(response->Header("date").value_or("")).value_or(0);
    }
    url = NextPage(response->Header("link").value_or(""));
    if (!url.empty() && OriginOf(url) != OriginOf(api_)) {
      return std::unexpected(BadAnswer(repository_.host));
    }
  }
  return all;
}

Answer<int64_t> Github::Post(const std::string& sha, const CommitStatus& status) {
  base::json::object body{
      {"state", status.state}, {"context", status.context}, {"description", status.description}};
  if (!status.target_url.empty()) {
    body["target_url"] = status.target_url;
  }
  HttpRequest request;
  request.method = "POST";
  request.url = Url("/statuses/" + InPath(sha));
  request.body = base::json::serialize(body);
  const auto response = Ask(std::move(request), "post commit statuses to", kStatusNeeds);
  if (!response) {
    return std::unexpected(response.error());
  }
  const auto json = base::ParseJson(response->body, "answer");
  const base::json::object* made = json ? json->if_object() : nullptr;
  if (response->status != 201 || made == nullptr || TextOf(*made, "state") != status.state) {
    return std::unexpected(BadAnswer(repository_.host));
  }
  return IdOf(*made, "id");
}

Answer<ShownStatuses> Github::Statuses(const std::string& sha) {
  ShownStatuses shown;
  const auto all = GetAll(Url(fmt::format("/commits/{}/statuses?per_page=100", InPath(sha))),
                          "read the commit statuses of", kReadNeeds, &shown.now_s);
  if (!all) {
    return std::unexpected(all.error());
  }
  shown.statuses = ParseStatuses(*all);
  return shown;
}

Answer<Access> Github::Look() {
  Access access;
  const auto repository = Get(Url(""), "look at", kReadNeeds);
  if (!repository) {
    return std::unexpected(repository.error());
  }
  const auto json = base::ParseJson(repository->body, "answer");
  const base::json::object* object = json ? json->if_object() : nullptr;
  if (object == nullptr) {
    return std::unexpected(BadAnswer(repository_.host));
  }
  access.full_name = TextOf(*object, "full_name");
  access.default_branch = TextOf(*object, "default_branch");
  access.is_private = FlagOf(*object, "private");
  access.is_fork = FlagOf(*object, "fork");
  const auto* permissions = object->if_contains("permissions");
  if (permissions != nullptr && permissions->is_object()) {
    access.may_administer = FlagOf(permissions->get_object(), "admin");
  }
  if (const auto scopes = repository->Header("x-oauth-scopes")) {
    access.has_scopes = true;
    access.scopes = base::Sanitised(scopes->substr(0, 300), false);
  }
  if (const auto left = repository->Header("x-ratelimit-remaining")) {
    access.rate_left = std::atoll(std::string(*left).c_str());
  }
  // An app's token speaks for nobody: what this says is no part of the answer.
  if (const auto user = Get(api_ + "/user", "ask who it is of", kReadNeeds)) {
    if (const auto who = base::ParseJson(user->body, "answer"); who && who->is_object()) {
      access.login = base::Sanitised(TextOf(who->get_object(), "login"), false);
    }
  }
  // Nothing says it of a fine-grained token: a commit that does not exist is the harmless way to
  // ask.
  CommitStatus probe;
  probe.context = "odu";
  probe.state = "pending";
  const auto probed = Post(std::string(40, '0'), probe);
  access.may_post = probed || probed.error().remedy == Remedy::kPush;
  if (!access.may_post) {
    access.why_not = probed.error().error.message();
  }
  return access;
}

Answer<std::string> Github::DefaultBranch() {
  const auto repository = Get(Url(""), "look at", kReadNeeds);
  if (!repository) {
    return std::unexpected(repository.error());
  }
  const auto json = base::ParseJson(repository->body, "answer");
  std::string branch =
      json && json->is_object() ? TextOf(json->get_object(), "default_branch") : "";
  if (branch.empty()) {
    return std::unexpected(BadAnswer(repository_.host));
  }
  return branch;
}

Answer<std::vector<BranchRule>> Github::RulesOf(const std::string& branch) {
  const auto all = GetAll(Url(fmt::format("/rules/branches/{}?per_page=100", InPath(branch))),
                          "read the rules of", kReadNeeds);
  if (!all) {
    return std::unexpected(all.error());
  }
  return ParseRules(*all);
}

Answer<base::json::object> Github::Ruleset(int64_t id) {
  const auto response =
      Get(Url(fmt::format("/rulesets/{}", id)), "read the rulesets of", kRulesNeeds);
  if (!response) {
    return std::unexpected(response.error());
  }
  auto json = base::ParseJson(response->body, "answer");
  if (!json || !json->is_object()) {
    return std::unexpected(BadAnswer(repository_.host));
  }
  return std::move(json->get_object());
}

Answer<base::json::object> Github::WriteRuleset(int64_t id, const base::json::object& body) {
  HttpRequest request;
  request.method = id == 0 ? "POST" : "PUT";
  request.url = Url(id == 0 ? std::string("/rulesets") : fmt::format("/rulesets/{}", id));
  request.body = base::json::serialize(body);
  const auto response = Ask(std::move(request), "change the rulesets of", kRulesNeeds);
  if (!response) {
    return std::unexpected(response.error());
  }
  auto json = base::ParseJson(response->body, "answer");
  if (!json || !json->is_object()) {
    return std::unexpected(BadAnswer(repository_.host));
  }
  return std::move(json->get_object());
}

}  // namespace odu::forge
