#include "odu/forge/http.h"

#include <fmt/format.h>

#include "base/text.h"
#include "odu/forge/curl_library.h"

namespace odu::forge {
namespace {

using base::ErrorKind;
using base::Fail;
using base::Result;

constexpr size_t kBodyLimit = size_t{8} << 20;
constexpr size_t kHeaderLimit = size_t{64} << 10;
constexpr int kMostRedirects = 5;

/// What libcurl's callbacks fill.
struct Transfer {
  HttpResponse response;
  size_t header_bytes = 0;
  bool too_large = false;
  const std::atomic<bool>* stopped = nullptr;
};

size_t TakeBody(char* bytes, size_t size, size_t count, void* to) {
  auto* transfer = static_cast<Transfer*>(to);
  if (transfer->response.body.size() + size * count > kBodyLimit) {
    transfer->too_large = true;
    return 0;
  }
  transfer->response.body.append(bytes, size * count);
  return size * count;
}

size_t TakeHeader(char* bytes, size_t size, size_t count, void* to) {
  auto* transfer = static_cast<Transfer*>(to);
  const std::string_view line(bytes, size * count);
  transfer->header_bytes += line.size();
  if (transfer->header_bytes > kHeaderLimit) {
    transfer->too_large = true;
    return 0;
  }
  if (line.starts_with("HTTP/")) {
    transfer->response.headers.clear();  // of an interim answer, or of the proxy's
  } else if (auto header = ParseHeaderLine(line)) {
    transfer->response.headers.push_back(std::move(*header));
  }
  return line.size();
}

int Progress(void* to, curl_off_t /*total*/, curl_off_t /*now*/, curl_off_t /*up_total*/,
             curl_off_t /*up_now*/) {
  return static_cast<Transfer*>(to)->stopped->load() ? 1 : 0;
}

/// The place a redirect leads to; relative ones are of the same origin.
std::string Target(const HttpResponse& response, const std::string& url) {
  const auto location = response.Header("location");
  if (!location) {
    return {};
  }
  if (location->starts_with('/') && !location->starts_with("//")) {
    return OriginOf(url) + std::string(*location);
  }
  return std::string(*location);
}

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 307 || status == 308;
}

/// Ends a header list however the request went.
struct HeaderList {
  const CurlLibrary& curl;
  curl_slist* list = nullptr;
  explicit HeaderList(const CurlLibrary& library) : curl(library) {}
  ~HeaderList() { curl.slist_free_all(list); }
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  void Add(const std::string& line) {
    if (curl_slist* longer = curl.slist_append(list, line.c_str())) {
      list = longer;
    }
  }
};

}  // namespace

struct HttpClient::Pool {
  CurlLibrary curl;
  std::vector<CURL*> idle;
  ~Pool() {
    for (CURL* handle : idle) {
      curl.easy_cleanup(handle);
    }
  }
};

HttpClient::HttpClient(HttpOptions options) : options_(std::move(options)) {}
HttpClient::~HttpClient() = default;

void HttpClient::Use(HttpOptions options) {
  const std::lock_guard lock(mutex_);
  options_ = std::move(options);
}

Result<HttpResponse> HttpClient::Send(const HttpRequest& request) {
  HttpRequest next = request;
  for (int redirects = 0;; ++redirects) {
    if (OriginOf(next.url).empty()) {
      return Fail(ErrorKind::kRefused, "forge_bad_url",
                  "the forge's URL is no http or https URL of a plain host",
                  "correct GITHUB_API_URL");
    }
    if (!next.token.empty() && !MayCarryToken(next.url)) {
      return Fail(
          ErrorKind::kRefused, "forge_plain_http",
          fmt::format("{}: a token is not sent over plain http", base::Quoted(OriginOf(next.url))),
          "use an https URL in GITHUB_API_URL");
    }
    auto response = SendOnce(next);
    if (!response || !IsRedirect(response->status)) {
      return response;
    }
    const std::string target = Target(*response, next.url);
    if (redirects == kMostRedirects || OriginOf(target).empty() ||
        OriginOf(target) != OriginOf(next.url)) {
      return Fail(ErrorKind::kHost, "forge_redirect",
                  fmt::format("{}: answers with a redirect that is not followed, to {}",
                              OriginOf(next.url), base::Quoted(OriginOf(target))));
    }
    next.url = target;
  }
}

Result<HttpResponse> HttpClient::SendOnce(const HttpRequest& request) {
  CURL* handle = nullptr;
  HttpOptions options;
  {
    const std::lock_guard lock(mutex_);
    options = options_;
    if (pool_ == nullptr) {
      auto curl = LoadCurl();
      if (!curl) {
        return base::Pass(curl.error());
      }
      pool_ = std::make_unique<Pool>();
      pool_->curl = *curl;
    }
    if (!pool_->idle.empty()) {
      handle = pool_->idle.back();
      pool_->idle.pop_back();
    }
  }
  const CurlLibrary& curl = pool_->curl;
  if (handle == nullptr) {
    handle = curl.easy_init();
  }
  if (handle == nullptr) {
    return Fail(ErrorKind::kHost, "no_libcurl", "libcurl: no memory for a connection");
  }
  Transfer transfer;
  transfer.stopped = &stopped_;
  HeaderList headers(curl);
  for (const std::string& line : request.headers) {
    headers.Add(line);
  }
  headers.Add("Expect:");
  if (!request.token.empty()) {
    headers.Add("Authorization: Bearer " + request.token.Reveal());
  }
  char words[CURL_ERROR_SIZE] = {};
  const auto set = curl.easy_setopt;
  set(handle, CURLOPT_URL, request.url.c_str());
  set(handle, CURLOPT_PROTOCOLS_STR, "https,http");
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_USERAGENT, options.agent.c_str());
  set(handle, CURLOPT_HTTPHEADER, headers.list);
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  set(handle, CURLOPT_ERRORBUFFER, words);
  set(handle, CURLOPT_WRITEFUNCTION, TakeBody);
  set(handle, CURLOPT_WRITEDATA, &transfer);
  set(handle, CURLOPT_HEADERFUNCTION, TakeHeader);
  set(handle, CURLOPT_HEADERDATA, &transfer);
  set(handle, CURLOPT_NOPROGRESS, 0L);
  set(handle, CURLOPT_XFERINFOFUNCTION, Progress);
  set(handle, CURLOPT_XFERINFODATA, &transfer);
  set(handle, CURLOPT_PROXY, options.proxy.c_str());
  set(handle, CURLOPT_NOPROXY, options.no_proxy.c_str());
  if (!options.ca_file.empty()) {
    set(handle, CURLOPT_CAINFO, options.ca_file.c_str());
  }
  if (request.method != "GET") {
    set(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(handle, CURLOPT_POSTFIELDS, request.body.c_str());
  }
  const CURLcode code = curl.easy_perform(handle);
  long status = 0;
  curl.easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  const std::string why = words[0] != 0 ? words : curl.easy_strerror(code);
  curl.easy_reset(handle);
  {
    const std::lock_guard lock(mutex_);
    pool_->idle.push_back(handle);
  }
  const std::string where = OriginOf(request.url);
  const std::string shown =
      base::Sanitised(request.token.Masked(std::string_view(why).substr(0, 200)), false);
  switch (code) {
    case CURLE_OK:
      break;
    case CURLE_OPERATION_TIMEDOUT:
      return Fail(ErrorKind::kHost, "forge_timeout", where + ": no answer in time");
    case CURLE_ABORTED_BY_CALLBACK:
      return Fail(ErrorKind::kCancelled, "stopped", where + ": the request was given up");
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
      return Fail(ErrorKind::kHost, "forge_tls", fmt::format("{}: TLS: {}", where, shown),
                  "a certificate of your own is named in SSL_CERT_FILE");
    case CURLE_WRITE_ERROR:
      if (transfer.too_large) {
        return Fail(ErrorKind::kLimit, "too_large", where + ": an answer of over 8 MiB");
      }
      [[fallthrough]];
    default:
      return Fail(ErrorKind::kHost, "forge_unreachable", fmt::format("{}: {}", where, shown));
  }
  transfer.response.status = static_cast<int>(status);
  transfer.response.url = request.url;
  return std::move(transfer.response);
}

}  // namespace odu::forge
