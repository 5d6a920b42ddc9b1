#include "odu/forge/failure.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/json.h"
#include "base/text.h"

namespace odu::forge {
namespace {

using base::Error;
using base::ErrorKind;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// "If you continue to be limited, wait at least one minute": the least for a secondary limit that
/// says no time.
constexpr seconds kSecondaryWait{60};
/// A primary limit is over within the hour; a clock that is wrong must not make it a day.
constexpr seconds kLongestWait{3660};
constexpr size_t kShownBytes = 200;

std::optional<int64_t> NumberIn(const std::optional<std::string_view>& text) {
  int64_t number = 0;
  if (!text) {
    return std::nullopt;
  }
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || number < 0) {
    return std::nullopt;
  }
  return number;
}

/// The forge's own time where it tells it: its dates are by that.
int64_t ItsTime(const HttpResponse& response, int64_t now_s) {
  const auto date = response.Header("date");
  return date ? ParseHttpDate(*date).value_or(now_s) : now_s;
}

/// Retry-After is seconds, or a date.
std::optional<int64_t> AfterOf(const HttpResponse& response, int64_t now_s) {
  const auto text = response.Header("retry-after");
  if (const auto wait_s = NumberIn(text)) {
    return wait_s;
  }
  const auto date = text ? ParseHttpDate(*text) : std::nullopt;
  return date ? std::optional(*date - ItsTime(response, now_s)) : std::nullopt;
}

milliseconds Bounded(int64_t wait_s) {
  return std::clamp<milliseconds>(seconds(std::min<int64_t>(wait_s, 1'000'000)), seconds(1),
                                  kLongestWait);
}

/// `message`, and those of `errors`, of GitHub's error object.
std::string WordsOf(const HttpResponse& response) {
  const auto json = base::ParseJson(response.body, "answer");
  const base::json::object* object = json ? json->if_object() : nullptr;
  if (object == nullptr) {
    return {};
  }
  std::string words;
  if (const auto* message = object->if_contains("message");
      message != nullptr && message->is_string()) {
    words = message->get_string().c_str();
  }
  const auto* errors = object->if_contains("errors");
  if (errors != nullptr && errors->is_string()) {
    words += fmt::format("{}{}", words.empty() ? "" : ": ", errors->get_string().c_str());
  }
  if (errors != nullptr && errors->is_array()) {
    for (const base::json::value& one : errors->get_array()) {
      const base::json::value* more = &one;
      if (const auto* detail = one.if_object()) {
        more = detail->if_contains("message");
      }
      if (more != nullptr && more->is_string()) {
        words += fmt::format("{}{}", words.empty() ? "" : ": ", more->get_string().c_str());
      }
    }
  }
  return words;
}

std::string Shown(std::string_view words, const Secret& token) {
  const std::string masked = token.Masked(words);
  const std::string_view cut = std::string_view(masked).substr(
      0, base::Utf8PrefixLength(std::string_view(masked).substr(0, kShownBytes)));
  std::string shown = base::Sanitised(cut, false);
  std::ranges::replace(shown, '\n', ' ');
  return shown;
}

std::optional<Failure> Limited(const HttpResponse& response, const std::string& host,
                               std::string_view words, int64_t now_s) {
  Failure failure;
  failure.remedy = Remedy::kWait;
  if (const auto after = AfterOf(response, now_s)) {
    failure.after = Bounded(*after);
  } else if (NumberIn(response.Header("x-ratelimit-remaining")) == 0) {
    const auto reset = NumberIn(response.Header("x-ratelimit-reset"));
    const int64_t its_now_s = ItsTime(response, now_s);
    failure.after = Bounded(reset.value_or(its_now_s + 60) - its_now_s);
  } else if (response.status == 429 || words.contains("secondary rate limit") ||
             words.contains("abuse detection")) {
    failure.after = kSecondaryWait;
  } else {
    return std::nullopt;
  }
  failure.error = Error(ErrorKind::kHost, "rate_limited",
                        fmt::format("{} takes no more for now; it is asked again in {}", host,
                                    base::GoDuration(failure.after)));
  return failure;
}

Failure Person(Error error) {
  Failure failure;
  failure.error = std::move(error);
  failure.remedy = Remedy::kPerson;
  return failure;
}

std::string Colon(const std::string& words) {
  return words.empty() ? std::string() : ": " + words;
}

Failure Forbidden(const HttpResponse& response, const Asked& asked, const std::string& where,
                  const std::string& words) {
  if (const auto sso = response.Header("x-github-sso")) {
    const size_t url = sso->find("https://");
    return Person(
        Error(ErrorKind::kRefused, "forge_forbidden",
              fmt::format("{}: the organisation wants the token authorised for single sign-on",
                          asked.repository.host),
              url == std::string_view::npos
                  ? std::string("authorise it in the forge's token settings")
                  : "authorise it at " + base::Sanitised(sso->substr(url), false)));
  }
  std::string needs = asked.needs;
  if (const auto accepted = response.Header("x-accepted-github-permissions")) {
    needs +=
        fmt::format(" (the forge asks for '{}')", base::Sanitised(accepted->substr(0, 80), false));
  }
  return Person(Error(ErrorKind::kRefused, "forge_forbidden",
                      fmt::format("{}: the token from {} may not {} '{}'{}", asked.repository.host,
                                  asked.token_source, asked.to_do, where, Colon(words)),
                      "it needs " + needs + "; 'odu auth' says what it has"));
}

Failure Unprocessable(const Asked& asked, const std::string& where, const std::string& words) {
  if (words.contains("No commit found")) {
    Failure failure;
    failure.remedy = Remedy::kPush;
    failure.error =
        Error(ErrorKind::kGone, "commit_not_on_forge",
              fmt::format("'{}' on {} does not have this commit", where, asked.repository.host),
              "push it; its statuses follow by themselves");
    return failure;
  }
  const bool full = words.contains("maximum number of statuses");
  return Person(Error(
      ErrorKind::kRefused, "forge_refused",
      fmt::format("{}: '{}' takes none of it{}", asked.repository.host, where, Colon(words)),
      full ? "a commit has at most 1,000 statuses of one context; a new commit has none yet" : ""));
}

}  // namespace

Failure FailureOf(const HttpResponse& response, const Asked& asked, const Secret& token,
                  int64_t now_s) {
  const std::string where = asked.repository.owner + "/" + asked.repository.repository;
  const std::string& host = asked.repository.host;
  const std::string words = WordsOf(response);
  const std::string shown = Shown(words, token);
  if (response.status == 403 || response.status == 429) {
    if (auto limited = Limited(response, host, words, now_s)) {
      return *std::move(limited);
    }
  }
  switch (response.status) {
    case 401:
      return Person(
          Error(ErrorKind::kRefused, "bad_credentials",
                fmt::format("{} does not accept the token from {}{}", host, asked.token_source,
                            Colon(shown)),
                "set a new one in GH_TOKEN, or 'gh auth login'; then 'odu post --retry'"));
    case 403:
      return Forbidden(response, asked, where, shown);
    case 404:
      return Person(
          Error(ErrorKind::kGone, "forge_not_found",
                fmt::format("{} has no repository '{}', or the token from {} may not see it", host,
                            where, asked.token_source),
                "look at 'git remote -v'; a token for it needs " + asked.needs));
    case 410:
    case 451:
      return Person(Error(ErrorKind::kGone, "forge_not_found",
                          fmt::format("'{}' is closed on {}{}", where, host, Colon(shown))));
    case 422:
      return Unprocessable(asked, where, shown);
    default:
      break;
  }
  Failure failure;
  failure.error = Error(ErrorKind::kHost, "forge_failed",
                        fmt::format("{} answers with {}{}", host, response.status, Colon(shown)));
  if (response.status < 500 && response.status != 408 && response.status != 409 &&
      response.status != 425) {
    failure.remedy = Remedy::kPerson;
    return failure;
  }
  if (const auto after = AfterOf(response, now_s)) {
    failure.after = Bounded(*after);
  }
  return failure;
}

Failure FailureOf(base::Error error) {
  Failure failure;
  const std::string& code = error.code();
  if (code == "no_libcurl" || code == "forge_plain_http" || code == "forge_redirect" ||
      code == "too_large") {
    failure.remedy = Remedy::kPerson;
  }
  failure.error = std::move(error);
  return failure;
}

}  // namespace odu::forge
