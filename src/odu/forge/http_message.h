#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "odu/forge/secret.h"
#include "os/environment.h"

/// HTTP as a forge needs it: what is asked, what is answered, and how that is read. Pure.
namespace odu::forge {

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  /// "Name: value"; without the token.
  std::vector<std::string> headers;
  std::string body;
  /// Sent as a bearer token, to the host of `url` alone.
  Secret token;
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
  /// Where it came from in the end; another URL than asked for after a redirect.
  std::string url;

  /// The last header of that (lower case) name.
  std::optional<std::string_view> Header(std::string_view name) const;
};

/// One header line, `Name: value`; empty for what is none.
std::optional<std::pair<std::string, std::string>> ParseHeaderLine(std::string_view line);

/// The date of an HTTP header (RFC 9110, the form that is sent today), seconds since 1970.
std::optional<int64_t> ParseHttpDate(std::string_view text);

/// The URL of the next page, as a Link header says it (RFC 8288, rel="next"); empty = none.
std::string NextPage(std::string_view link);

/// `scheme://host[:port]` of a URL of http or https, in lower case; empty for what is none.
std::string OriginOf(std::string_view url);

/// True for https, and for plain http to this very machine: a token goes nowhere else.
bool MayCarryToken(std::string_view url);

struct HttpOptions {
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds timeout{30'000};
  std::string proxy;     ///< empty = none
  std::string no_proxy;  ///< as curl's
  std::string ca_file;   ///< empty = the machine's
  std::string agent = "odu";
};
/// What the caller's HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE say.
HttpOptions HttpOptionsOf(const os::Environment& environment);

}  // namespace odu::forge
