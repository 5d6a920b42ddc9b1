#include "odu/forge/http_message.h"

#include <gtest/gtest.h>

namespace odu::forge {
namespace {

TEST(HttpMessage, HeaderLinesAreReadWhateverTheirCase) {
  EXPECT_EQ(ParseHeaderLine("Retry-After:  7 \r\n"),
            (std::pair<std::string, std::string>("retry-after", "7")));
  EXPECT_EQ(ParseHeaderLine("X:"), (std::pair<std::string, std::string>("x", "")));
  for (const char* line : {"", "\r\n", ":x", "a b: c", "nothing"}) {
    EXPECT_FALSE(ParseHeaderLine(line)) << line;
  }
}

// docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
TEST(HttpMessage, TheNextPageIsTheOneCalledNext) {
  EXPECT_EQ(NextPage(R"(<https://x/a?page=1>; rel="prev", <https://x/a?page=3>; rel="next")"),
            "https://x/a?page=3");
  EXPECT_EQ(NextPage(R"(<https://x/a?page=1>; rel="prev")"), "");
  EXPECT_EQ(NextPage(""), "");
  EXPECT_EQ(NextPage("<<<>>>"), "");
  EXPECT_EQ(NextPage("<https://x"), "");
}

TEST(HttpMessage, AnOriginIsAHostThatEveryReaderReadsAlike) {
  EXPECT_EQ(OriginOf("HTTPS://Api.GitHub.com/x?y"), "https://api.github.com");
  EXPECT_EQ(OriginOf("http://[::1]:8080#x"), "http://[::1]:8080");
  for (const char* url :
       {"", "x", "://x", "https://", "https:///x", "ftp://x/", "a@b://x/", "https://a@b/",
        "https://a\\.b/", "https://a b/", "https://a\tb/", "https://a%40b/", "h<{\"@\"://x"}) {
    EXPECT_EQ(OriginOf(url), "") << url;
  }
}

TEST(HttpMessage, ADateIsOneFormAndNothingElse) {
  EXPECT_EQ(ParseHttpDate("Mon, 21 Sep 2026 14:13:20 GMT"), 1'790'000'000);
  for (const char* text : {"", "17", "Mon, 21 Sep 2026", "Mon, 21 Sep 2026 14:13:20 GMT+1",
                           "Mon, 99 Sep 2026 14:13:20 GMT"}) {
    EXPECT_FALSE(ParseHttpDate(text)) << text;
  }
}

TEST(HttpMessage, ATokenGoesOverTlsOrNowhereElseThanHere) {
  for (const char* url : {"https://api.github.com/x", "http://127.0.0.1:80/", "http://localhost/",
                          "http://[::1]:8080/"}) {
    EXPECT_TRUE(MayCarryToken(url)) << url;
  }
  for (const char* url :
       {"http://api.github.com/", "http://127.0.0.1.example.org/", "http://localhost.example.org/",
        "ftp://localhost/", "http://127.0.0.1@example.org/", "https://a@b/", "", "https://"}) {
    EXPECT_FALSE(MayCarryToken(url)) << url;
  }
}

TEST(HttpOptions, ProxyAndCertificatesAreTheCallers) {
  const HttpOptions options = HttpOptionsOf(os::Environment(
      {"HTTPS_PROXY=http://proxy:3128", "NO_PROXY=localhost", "SSL_CERT_FILE=/ca.pem"}));
  EXPECT_EQ(options.proxy, "http://proxy:3128");
  EXPECT_EQ(options.no_proxy, "localhost");
  EXPECT_EQ(options.ca_file, "/ca.pem");
}

}  // namespace
}  // namespace odu::forge
