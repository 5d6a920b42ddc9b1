#include "mcp/http_rules.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"

namespace mcp {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

/// A header may hold what is no ASCII as `=?base64?…?=`.
std::string Decoded(const std::string& value) {
  constexpr std::string_view kBegin = "=?base64?";
  constexpr std::string_view kEnd = "?=";
  if (!value.starts_with(kBegin) || !value.ends_with(kEnd) ||
      value.size() < kBegin.size() + kEnd.size()) {
    return value;
  }
  std::string bytes;
  const std::string_view inside =
      std::string_view(value).substr(kBegin.size(), value.size() - kBegin.size() - kEnd.size());
  return base::Base64Decode(inside, bytes) ? bytes : value;
}

/// What Mcp-Name repeats of a method's params; empty = nothing.
std::string_view NameField(std::string_view method) {
  if (method == "tools/call" || method == "prompts/get") {
    return "name";
  }
  if (method == "resources/read") {
    return "uri";
  }
  return method.starts_with("tasks/") ? "taskId" : "";
}

std::unexpected<RpcFault> Mismatch(std::string_view header) {
  return Fault(kHeaderMismatch, "the header " + std::string(header) +
                                    " is missing or does not say what the body says");
}

}  // namespace

bool IsLoopbackHost(std::string_view host) {
  for (const std::string_view name : {"localhost", "127.0.0.1", "[::1]"}) {
    const std::string given = Lower(host.substr(0, name.size()));
    if (given != name) {
      continue;
    }
    const std::string_view rest = host.substr(name.size());
    const bool port =
        rest.size() > 1 && rest.size() <= 6 && rest[0] == ':' &&
        std::ranges::all_of(rest.substr(1), [](char c) { return c >= '0' && c <= '9'; });
    if (rest.empty() || port) {
      return true;
    }
  }
  return false;
}

bool IsLoopbackOrigin(std::string_view origin) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) {
      return IsLoopbackHost(origin.substr(scheme.size()));
    }
  }
  return false;
}

bool IsBearer(std::string_view header, std::string_view token) {
  constexpr std::string_view kScheme = "bearer ";
  if (header.size() < kScheme.size() || Lower(header.substr(0, kScheme.size())) != kScheme) {
    return false;
  }
  const std::string_view given = header.substr(kScheme.size());
  unsigned difference = given.size() == token.size() ? 0 : 1;
  for (size_t i = 0; i < token.size(); ++i) {
    const char byte = i < given.size() ? given[i] : '\0';
    difference |= static_cast<unsigned char>(byte ^ token[i]);
  }
  return difference == 0 && !token.empty();
}

bool Accepts(std::string_view accept, std::string_view type) {
  const std::string_view family = type.substr(0, type.find('/'));
  for (std::string_view part : base::Split(accept, ',')) {
    part = part.substr(0, part.find(';'));
    const size_t begin = std::min(part.find_first_not_of(" \t"), part.size());
    part = part.substr(begin, part.find_last_not_of(" \t") - begin + 1);
    const std::string given = Lower(part);
    if (given == type || given == "*/*" || given == std::string(family) + "/*") {
      return true;
    }
  }
  return false;
}

std::expected<void, RpcFault> CheckRepeated(const RepeatedHeaders& headers,
                                            const Incoming& message) {
  const base::json::object* meta = ObjectIn(message.params, "_meta");
  const base::json::string* revision = meta == nullptr ? nullptr : StringIn(*meta, kRevisionKey);
  // What the body lacks is the session's to say.
  if (revision != nullptr && headers.revision != std::string(*revision)) {
    return Mismatch("MCP-Protocol-Version");
  }
  if (!headers.method.has_value() || Decoded(*headers.method) != message.method) {
    return Mismatch("Mcp-Method");
  }
  const std::string_view field = NameField(message.method);
  const base::json::string* name = field.empty() ? nullptr : StringIn(message.params, field);
  if (name != nullptr && (!headers.name.has_value() || Decoded(*headers.name) != *name)) {
    return Mismatch("Mcp-Name");
  }
  return {};
}

unsigned StatusOfFault(int code) {
  constexpr std::array kBadRequest{kParseError,     kInvalidRequest,    kInvalidParams,
                                   kHeaderMismatch, kMissingCapability, kUnsupportedRevision};
  if (code == kMethodNotFound) {
    return 404;
  }
  return std::ranges::find(kBadRequest, code) != kBadRequest.end() ? 400 : 200;
}

}  // namespace mcp
