#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/text.h"
#include "odu/forge/failure.h"
#include "odu/forge/github.h"
#include "odu/forge/http_message.h"
#include "odu/forge/protection.h"
#include "odu/ledger/gate_journal.h"

/// What a forge answers: the first line is a status, then headers up to an empty line, then a body.
/// And the journal that is kept of it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  odu::forge::HttpResponse response;
  const size_t body = text.find("\n\n");
  for (const std::string_view line : base::Split(text.substr(0, body), '\n')) {
    if (auto header = odu::forge::ParseHeaderLine(line)) {
      if (header->first.find_first_of(" \r\n") != std::string::npos) {
        std::abort();
      }
      response.headers.push_back(std::move(*header));
    }
  }
  response.body =
      body == std::string_view::npos ? std::string() : std::string(text.substr(body + 2));
  const std::string next = odu::forge::NextPage(response.Header("link").value_or(""));
  if (next.size() > size || odu::forge::OriginOf(next).contains('@')) {
    std::abort();
  }
  static_cast<void>(odu::forge::MayCarryToken(text));
  const odu::forge::Secret token("ghp_secret");
  for (const int status : {401, 403, 404, 418, 422, 429, 500, 503}) {
    response.status = status;
    const odu::forge::Asked asked{{"github.com", "o", "r"}, "post to", "more", "GH_TOKEN"};
    const odu::forge::Failure failure =
        odu::forge::FailureOf(response, asked, token, 1'790'000'000);
    const std::string shown = failure.error.message() + failure.error.hint();
    if (shown.contains("ghp_secret") || shown.contains('\x1b') || shown.size() > 2'000 ||
        failure.after > std::chrono::hours(2) || failure.after.count() < 0) {
      std::abort();
    }
  }
  if (const auto json = base::ParseJson(response.body, "answer")) {
    if (const base::json::array* page = json->if_array()) {
      static_cast<void>(odu::forge::ParseStatuses(*page));
      static_cast<void>(odu::forge::RulesetThatRequires(odu::forge::ParseRules(*page), "main"));
    } else if (const base::json::object* object = json->if_object()) {
      static_cast<void>(odu::forge::ChangedRuleset(*object, {"a@x86_64-linux"}));
    }
  }
  const auto record = odu::ledger::ScanGate(text);
  if (record.sound_bytes > size) {
    std::abort();
  }
  return 0;
}
