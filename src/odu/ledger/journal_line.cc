#include "odu/ledger/journal_line.h"

#include <charconv>
#include <utility>

#include "base/bug.h"
#include "base/json.h"
#include "surface/codec.h"

namespace odu::ledger {
namespace {

template <class T>
constexpr std::string_view TypeOf() {
  if constexpr (std::is_same_v<T, RequestLine>) {
    return "request";
  } else if constexpr (std::is_same_v<T, OwnerLine>) {
    return "owner";
  } else if constexpr (std::is_same_v<T, LaneLine>) {
    return "lane";
  } else if constexpr (std::is_same_v<T, LogLine>) {
    return "log";
  } else if constexpr (std::is_same_v<T, model::Node>) {
    return "node";
  } else if constexpr (std::is_same_v<T, SettledLine>) {
    return "settled";
  } else {
    static_assert(std::is_same_v<T, ClosedLine>);
    return "closed";
  }
}

template <class T>
void EncodeTyped(std::string& out, int64_t at, const T& body) {
  out += R"({"t":")";
  out += TypeOf<T>();
  out += R"(","at":)";
  surface::Encode(out, at);
  out += R"(,"v":)";
  surface::Encode(out, body);
  out += "}\n";
}

base::Error BadLine(std::string_view why) {
  return base::Error(base::ErrorKind::kInput, "bad_line", std::string(why));
}

/// Reads `json` as a T if `type` says so; false when it names something else.
template <class T>
bool DecodeIf(std::string_view type, const base::json::value& json,
              base::Result<JournalBody>& body) {
  if (type != TypeOf<T>()) {
    return false;
  }
  auto value = surface::Decode<T>(json);
  if (value) {
    body = JournalBody(std::move(*value));
  } else {
    body = base::Pass(value.error());
  }
  return true;
}

}  // namespace

void EncodeLine(std::string& out, int64_t at, const JournalBody& body) {
  std::visit(
      [&](const auto& value) {
        using T = std::remove_cvref_t<decltype(value)>;
        if constexpr (std::is_same_v<T, UnknownLine>) {
          BUG_IF(true, "a journal line without a type was to be written");
        } else if constexpr (std::is_same_v<T, RequestLine>) {
          RequestLine without = value;
          without.request.env.clear();
          EncodeTyped(out, at, without);
        } else {
          EncodeTyped(out, at, value);
        }
      },
      body);
}

void EncodeLine(std::string& out, int64_t at, const model::Node& node) {
  EncodeTyped(out, at, node);
}

base::Result<JournalLine> DecodeLine(std::string_view line) {
  auto json = base::ParseJson(line, "line");
  if (!json) {
    return base::Pass(json.error());
  }
  const base::json::object* object = json->if_object();
  if (object == nullptr) {
    return base::Pass(BadLine("not an object"));
  }
  const base::json::value* type = object->if_contains("t");
  const base::json::value* at = object->if_contains("at");
  const base::json::value* value = object->if_contains("v");
  if (type == nullptr || !type->is_string() || at == nullptr || value == nullptr) {
    return base::Pass(BadLine("'t', 'at' or 'v' is missing"));
  }
  const auto when = surface::Decode<int64_t>(*at);
  if (!when) {
    return base::Pass(BadLine("'at' is not a time"));
  }
  const std::string_view name(type->get_string());
  base::Result<JournalBody> body = JournalBody(UnknownLine{std::string(name)});
  static_cast<void>(
      DecodeIf<RequestLine>(name, *value, body) || DecodeIf<OwnerLine>(name, *value, body) ||
      DecodeIf<LaneLine>(name, *value, body) || DecodeIf<LogLine>(name, *value, body) ||
      DecodeIf<model::Node>(name, *value, body) || DecodeIf<SettledLine>(name, *value, body) ||
      DecodeIf<ClosedLine>(name, *value, body));
  if (!body) {
    return base::Pass(body.error());
  }
  JournalLine decoded;
  decoded.at = *when;
  decoded.body = std::move(*body);
  return decoded;
}

}  // namespace odu::ledger
