#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "base/error.h"
#include "odu/forge/http_message.h"

namespace odu::forge {

/// A client over libcurl, which is loaded at the first request. Blocks; any number of threads may
/// send at once, each with a connection of its own that is kept for the next request.
class HttpClient {
 public:
  explicit HttpClient(HttpOptions options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Any status is an answer. Redirects are followed with method and body as they are, five at
  /// most and only within the same origin. Failures, kHost unless said: "no_libcurl",
  /// "forge_unreachable", "forge_timeout", "forge_tls", "forge_redirect" (it leads elsewhere),
  /// "forge_plain_http" (refused: a token would go over the network in the clear), "bad_answer";
  /// kLimit "too_large" for a body over 8 MiB; kCancelled after Stop().
  base::Result<HttpResponse> Send(const HttpRequest& request);

  /// For what is sent from now on.
  void Use(HttpOptions options);

  /// Ends what is under way and refuses what comes: kCancelled "stopped".
  void Stop() { stopped_ = true; }

 private:
  struct Pool;
  base::Result<HttpResponse> SendOnce(const HttpRequest& request);

  HttpOptions options_;
  std::atomic<bool> stopped_ = false;
  std::mutex mutex_;
  std::unique_ptr<Pool> pool_;
};

}  // namespace odu::forge
