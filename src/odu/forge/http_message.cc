#include "odu/forge/http_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace odu::forge {
namespace {

/// No user, and nothing that two readers of a URL could read differently.
constexpr std::string_view kInHostAndPort = "abcdefghijklmnopqrstuvwxyz0123456789-._~:[]";

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r' ||
                           text.back() == '\n')) {
    text.remove_suffix(1);
  }
  return text;
}

std::string FirstOf(const os::Environment& environment, std::string_view one,
                    std::string_view other) {
  const auto value = environment.Get(one);
  return std::string(value && !value->empty() ? *value : environment.Get(other).value_or(""));
}

}  // namespace

std::optional<std::string_view> HttpResponse::Header(std::string_view name) const {
  for (auto header = headers.rbegin(); header != headers.rend(); ++header) {
    if (header->first == name) {
      return header->second;
    }
  }
  return std::nullopt;
}

std::optional<std::pair<std::string, std::string>> ParseHeaderLine(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) {
    return std::nullopt;
  }
  const std::string_view name = line.substr(0, colon);
  const bool token = std::ranges::all_of(name, [](unsigned char c) { return c > ' ' && c < 0x7f; });
  if (!token) {
    return std::nullopt;
  }
  return std::pair(Lower(name), std::string(Trimmed(line.substr(colon + 1))));
}

std::optional<int64_t> ParseHttpDate(std::string_view text) {
  std::tm parts{};
  const std::string whole(text);
  const char* end = strptime(whole.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != 0) {
    return std::nullopt;
  }
  return timegm(&parts);
}

std::string NextPage(std::string_view link) {
  while (!link.empty()) {
    const size_t open = link.find('<');
    const size_t close = link.find('>', open == std::string_view::npos ? link.size() : open);
    if (close == std::string_view::npos) {
      return {};
    }
    const std::string_view url = link.substr(open + 1, close - open - 1);
    const size_t end = std::min(link.find('<', close), link.size());
    const std::string_view parameters = link.substr(close, end - close);
    if (parameters.contains("rel=\"next\"") || parameters.contains("rel=next")) {
      return std::string(url);
    }
    link.remove_prefix(end);
  }
  return {};
}

std::string OriginOf(std::string_view url) {
  const size_t mark = url.find("://");
  if (mark == std::string_view::npos) {
    return {};
  }
  const std::string scheme = Lower(url.substr(0, mark));
  const size_t end = std::min(url.find_first_of("/?#", mark + 3), url.size());
  const std::string host = Lower(url.substr(mark + 3, end - mark - 3));
  if ((scheme != "https" && scheme != "http") || host.empty() ||
      host.find_first_not_of(kInHostAndPort) != std::string::npos) {
    return {};
  }
  return fmt::format("{}://{}", scheme, host);
}

bool MayCarryToken(std::string_view url) {
  std::string origin = OriginOf(url);
  if (origin.starts_with("https://")) {
    return true;
  }
  if (!origin.starts_with("http://")) {
    return false;
  }
  std::string_view host = std::string_view(origin).substr(7);
  if (host.starts_with("[::1]")) {
    return host.size() == 5 || host[5] == ':';
  }
  host = host.substr(0, host.find(':'));
  return host == "localhost" || host == "127.0.0.1";
}

HttpOptions HttpOptionsOf(const os::Environment& environment) {
  HttpOptions options;
  options.proxy = FirstOf(environment, "https_proxy", "HTTPS_PROXY");
  options.no_proxy = FirstOf(environment, "no_proxy", "NO_PROXY");
  options.ca_file = FirstOf(environment, "SSL_CERT_FILE", "CURL_CA_BUNDLE");
  return options;
}

}  // namespace odu::forge
