#include "odu/forge/failure.h"

#include <gtest/gtest.h>

namespace odu::forge {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int64_t kNow = 1'790'000'000;

Asked Posting() {
  return {{"github.com", "octo", "demo"},
          "post commit statuses to",
          "the scope 'repo:status' (classic)",
          "GH_TOKEN"};
}

Failure Answered(int status, std::string body,
                 std::vector<std::pair<std::string, std::string>> headers = {}) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  response.headers = std::move(headers);
  return FailureOf(response, Posting(), Secret("ghp_secret"), kNow);
}

// docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api,
// "Exceeding the rate limit".
TEST(ForgeFailure, ARateLimitSaysHowLongToWait) {
  const Failure after = Answered(403, R"({"message":"slow"})", {{"retry-after", "17"}});
  EXPECT_EQ(after.remedy, Remedy::kWait);
  EXPECT_EQ(after.after, seconds(17));
  EXPECT_EQ(after.error.code(), "rate_limited");
  EXPECT_EQ(after.error.message(), "github.com takes no more for now; it is asked again in 17s");

  const Failure primary =
      Answered(429, "{}",
               {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", std::to_string(kNow + 90)}});
  EXPECT_EQ(primary.after, seconds(90));
  const Failure secondary =
      Answered(403, R"({"message":"You have exceeded a secondary rate limit."})");
  EXPECT_EQ(secondary.remedy, Remedy::kWait);
  EXPECT_EQ(secondary.after, seconds(60));
}

// RFC 9110, 10.2.3: seconds or a date; a date is by the clock of who sent it.
TEST(ForgeFailure, ATimeToComeBackMayBeADate) {
  EXPECT_EQ(Answered(429, "",
                     {{"date", "Mon, 21 Sep 2026 14:13:20 GMT"},
                      {"retry-after", "Mon, 21 Sep 2026 14:14:05 GMT"}})
                .after,
            seconds(45));
  EXPECT_EQ(Answered(503, "", {{"retry-after", "Mon, 21 Sep 2026 14:13:50 GMT"}}).after,
            seconds(30));
  EXPECT_EQ(Answered(403, "",
                     {{"date", "Mon, 21 Sep 2026 15:13:20 GMT"},
                      {"x-ratelimit-remaining", "0"},
                      {"x-ratelimit-reset", std::to_string(kNow + 3600 + 20)}})
                .after,
            seconds(20));
}

TEST(ForgeFailure, AWaitIsBoundedHoweverOddTheHeaderIs) {
  EXPECT_EQ(Answered(429, "", {{"retry-after", "99999999999999"}}).after, seconds(3660));
  EXPECT_EQ(Answered(429, "", {{"retry-after", "0"}}).after, seconds(1));
  EXPECT_EQ(Answered(429, "", {{"retry-after", "-5"}}).after, seconds(60));
  EXPECT_EQ(Answered(429, "", {{"retry-after", "tomorrow"}}).after, seconds(60));
  EXPECT_EQ(Answered(403, "", {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "5"}}).after,
            seconds(1));
}

TEST(ForgeFailure, APermissionThatIsMissingIsNamed) {
  const Failure forbidden = Answered(
      403, R"({"message":"Resource not accessible by personal access token"})",
      {{"x-accepted-github-permissions", "statuses=write"}, {"x-ratelimit-remaining", "4999"}});
  EXPECT_EQ(forbidden.remedy, Remedy::kPerson);
  EXPECT_EQ(forbidden.error.code(), "forge_forbidden");
  EXPECT_EQ(forbidden.error.message(),
            "github.com: the token from GH_TOKEN may not post commit statuses to 'octo/demo': "
            "Resource not accessible by personal access token");
  EXPECT_EQ(forbidden.error.hint(),
            "it needs the scope 'repo:status' (classic) (the forge asks for 'statuses=write'); "
            "'odu auth' says what it has");
  const Failure sso = Answered(403, "{}", {{"x-github-sso", "required; url=https://x/sso"}});
  EXPECT_EQ(sso.error.hint(), "authorise it at https://x/sso");
}

TEST(ForgeFailure, WhoHasToActIsSaidOfEveryAnswer) {
  EXPECT_EQ(Answered(401, R"({"message":"Bad credentials"})").error.message(),
            "github.com does not accept the token from GH_TOKEN: Bad credentials");
  EXPECT_EQ(Answered(401, "").remedy, Remedy::kPerson);
  EXPECT_EQ(Answered(404, "").error.message(),
            "github.com has no repository 'octo/demo', or the token from GH_TOKEN may not see it");
  const Failure unknown = Answered(422, R"({"message":"No commit found for SHA: 7f5"})");
  EXPECT_EQ(unknown.remedy, Remedy::kPush);
  EXPECT_EQ(unknown.error.code(), "commit_not_on_forge");
  const Failure full = Answered(
      422, R"({"message":"Validation Failed","errors":["This SHA and context has reached the )"
           R"(maximum number of statuses."]})");
  EXPECT_EQ(full.remedy, Remedy::kPerson);
  EXPECT_EQ(full.error.message(),
            "github.com: 'octo/demo' takes none of it: Validation Failed: This SHA and context has "
            "reached the maximum number of statuses.");
  EXPECT_NE(full.error.hint().find("1,000 statuses"), std::string::npos);
  // GitHub's errors are a list or, elsewhere, one text.
  EXPECT_NE(Answered(422, R"({"message":"Validation Failed","errors":"Validation failed: This SHA )"
                          R"(and context has reached the maximum number of statuses."})")
                .error.hint()
                .find("1,000 statuses"),
            std::string::npos);
  for (const int status : {500, 502, 503, 504}) {
    EXPECT_EQ(Answered(status, "<html>").remedy, Remedy::kRetry) << status;
  }
  EXPECT_EQ(Answered(503, "", {{"retry-after", "7"}}).after, seconds(7));
  EXPECT_EQ(Answered(418, "").remedy, Remedy::kPerson);
}

TEST(ForgeFailure, WhatAForgeSaysIsCutSanitisedAndWithoutTheToken) {
  const Failure failure =
      Answered(500, R"({"message":"oh \u001b[31m ghp_secret )" + std::string(1000, 'x') + R"("})");
  EXPECT_EQ(failure.error.message().find("ghp_secret"), std::string::npos);
  EXPECT_EQ(failure.error.message().find('\x1b'), std::string::npos);
  EXPECT_LT(failure.error.message().size(), 300);
}

TEST(ForgeFailure, NoAnswerIsTriedAgainButForWhatNoTryMends) {
  const auto remedy = [](const char* code) {
    return FailureOf(base::Error(base::ErrorKind::kHost, code, "x")).remedy;
  };
  EXPECT_EQ(remedy("forge_timeout"), Remedy::kRetry);
  EXPECT_EQ(remedy("forge_tls"), Remedy::kRetry);
  EXPECT_EQ(remedy("no_libcurl"), Remedy::kPerson);
  EXPECT_EQ(remedy("forge_plain_http"), Remedy::kPerson);
}

}  // namespace
}  // namespace odu::forge
