#include "os/environment.h"

#include <unistd.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace os {
namespace {

std::string_view KeyOf(std::string_view entry) {
  return entry.substr(0, entry.find('='));
}

bool HasKey(std::string_view entry, std::string_view key) {
  return entry.size() > key.size() && entry[key.size()] == '=' && entry.starts_with(key);
}

bool IsEntry(std::string_view entry) {
  const size_t equals = entry.find('=');
  return equals != std::string_view::npos && equals != 0 &&
         entry.find('\0') == std::string_view::npos;
}

bool Matches(std::string_view key, std::string_view pattern) {
  return pattern.ends_with('*') ? key.starts_with(pattern.substr(0, pattern.size() - 1))
                                : key == pattern;
}

}  // namespace

Environment::Environment(std::vector<std::string> entries) {
  std::unordered_map<std::string, size_t> places;
  for (std::string& entry : entries) {
    if (!IsEntry(entry)) {
      continue;
    }
    const auto [place, is_new] = places.try_emplace(std::string(KeyOf(entry)), entries_.size());
    if (is_new) {
      entries_.push_back(std::move(entry));
    } else {
      entries_[place->second] = std::move(entry);
    }
  }
}

Environment Environment::Current() {
  std::vector<std::string> entries;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    entries.emplace_back(*entry);
  }
  return Environment(std::move(entries));
}

std::optional<std::string_view> Environment::Get(std::string_view key) const {
  return LookUp(entries_, key);
}

void Environment::Set(std::string_view key, std::string_view value) {
  std::string entry(key);
  entry += '=';
  entry += value;
  const auto place =
      std::ranges::find_if(entries_, [key](const std::string& old) { return HasKey(old, key); });
  if (place == entries_.end()) {
    entries_.push_back(std::move(entry));
  } else {
    *place = std::move(entry);
  }
}

void Environment::Remove(std::string_view key) {
  std::erase_if(entries_, [key](const std::string& entry) { return HasKey(entry, key); });
}

void Environment::RemoveMatching(std::span<const std::string_view> patterns) {
  std::erase_if(entries_, [patterns](const std::string& entry) {
    return std::ranges::any_of(
        patterns, [key = KeyOf(entry)](std::string_view pattern) { return Matches(key, pattern); });
  });
}

std::optional<std::string_view> LookUp(std::span<const std::string> entries, std::string_view key) {
  for (const std::string& entry : entries) {
    if (HasKey(entry, key)) {
      return std::string_view(entry).substr(key.size() + 1);
    }
  }
  return std::nullopt;
}

}  // namespace os
