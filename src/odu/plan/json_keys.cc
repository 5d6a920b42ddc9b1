#include "odu/plan/json_keys.h"

#include <set>
#include <utility>

#include "base/json.h"

namespace odu::plan {
namespace {

/// The end of the string token that starts at `start` (its quote): one past the closing quote.
size_t EndOfString(std::string_view text, size_t start) {
  size_t i = start + 1;
  while (i < text.size() && text[i] != '"') {
    i += text[i] == '\\' ? 2 : 1;
  }
  return i + 1;
}

/// A key as a value: escapes undone.
std::string Unescaped(std::string_view token) {
  const auto value = base::ParseJson(token, "key");
  const auto* text = value ? value->if_string() : nullptr;
  return text != nullptr ? std::string(text->data(), text->size()) : std::string(token);
}

}  // namespace

JsonKeys::JsonKeys(std::string_view text) {
  std::string open;  // the brackets we are in
  std::string parent;
  int line = 1;
  bool expects_key = false;
  for (size_t i = 0; i < text.size(); ++i) {
    switch (text[i]) {
      case '\n':
        ++line;
        break;
      case '{':
      case '[':
        open.push_back(text[i]);
        expects_key = text[i] == '{';
        break;
      case '}':
      case ']':
        open.resize(open.empty() ? 0 : open.size() - 1);
        expects_key = false;
        break;
      case ',':
        expects_key = open.ends_with('{');
        break;
      case '"': {
        const size_t end = EndOfString(text, i);
        if (expects_key && (open == "{" || open == "{{")) {
          std::string key = Unescaped(text.substr(i, end - i));
          const bool outer = open.size() == 1;
          keys_.push_back(Key{outer ? std::string() : parent, key, line});
          if (outer) {
            parent = std::move(key);
          }
        }
        expects_key = false;
        i = end - 1;
        break;
      }
      default:
        break;
    }
  }
}

int JsonKeys::LineOf(std::string_view parent, std::string_view key) const {
  for (const Key& candidate : keys_) {
    if (candidate.parent == parent && candidate.key == key) {
      return candidate.line;
    }
  }
  return 1;
}

std::optional<JsonKeys::Key> JsonKeys::FirstDuplicate() const {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const Key& key : keys_) {
    if (!seen.emplace(key.parent, key.key).second) {
      return key;
    }
  }
  return std::nullopt;
}

}  // namespace odu::plan
