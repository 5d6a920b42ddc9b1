#include "odu/plan/systems.h"

#include <algorithm>
#include <array>
#include <vector>

namespace odu::plan {
namespace {

constexpr std::array<std::string_view, 9> kSystemAttributes{
    "android", "dragonfly", "freebsd", "linux", "macos", "netbsd", "openbsd", "unix", "windows"};

bool IsSystemAttribute(std::string_view name) {
  return std::find(kSystemAttributes.begin(), kSystemAttributes.end(), name) !=
         kSystemAttributes.end();
}

bool Covers(std::string_view attribute, std::string_view system) {
  return attribute == system || (attribute == "unix" && system != "windows");
}

/// What replaces an attribute list whose system attributes go; `add` is put in their place.
std::string RewrittenList(std::string_view text, const SourceAttributeList& list,
                          std::string_view add) {
  std::string entries(add);
  for (const SourceAttribute& entry : list.entries) {
    if (IsSystemAttribute(entry.name)) {
      continue;
    }
    entries += entries.empty() ? "" : ", ";
    entries += text.substr(entry.span.begin, entry.span.end - entry.span.begin);
  }
  // Newlines between the entries go with what stood around them: put as many back.
  const std::string_view before = text.substr(list.span.begin, list.span.end - list.span.begin);
  const auto lost = std::count(before.begin(), before.end(), '\n') -
                    std::count(entries.begin(), entries.end(), '\n');
  const std::string newlines(static_cast<size_t>(std::max<std::ptrdiff_t>(lost, 0)), '\n');
  return entries.empty() ? newlines : "[" + entries + newlines + "]";
}

bool HasSystemAttribute(const SourceAttributeList& list) {
  return std::any_of(list.entries.begin(), list.entries.end(),
                     [](const SourceAttribute& entry) { return IsSystemAttribute(entry.name); });
}

}  // namespace

std::string SystemOf(std::string_view platform) {
  const size_t dash = platform.find('-');
  const std::string_view system =
      dash == std::string_view::npos ? platform : platform.substr(dash + 1);
  if (system == "darwin") {
    return "macos";
  }
  for (const std::string_view known : kSystemAttributes) {
    if (system.starts_with(known)) {
      return std::string(known);
    }
  }
  return std::string(system == "cygwin" || system == "mingw32" ? "windows" : system);
}

bool IsTiedToSystems(const SourceRecipe& recipe) {
  return std::any_of(recipe.attributes.begin(), recipe.attributes.end(), HasSystemAttribute);
}

bool IsEnabledOn(const SourceRecipe& recipe, std::string_view system) {
  bool tied = false;
  for (const SourceAttributeList& list : recipe.attributes) {
    for (const SourceAttribute& entry : list.entries) {
      if (Covers(entry.name, system)) {
        return true;
      }
      tied = tied || IsSystemAttribute(entry.name);
    }
  }
  return !tied;
}

std::string TiedSystems(const SourceRecipe& recipe) {
  std::vector<std::string_view> names;
  for (const SourceAttributeList& list : recipe.attributes) {
    for (const SourceAttribute& entry : list.entries) {
      if (IsSystemAttribute(entry.name)) {
        names.push_back(entry.name);
      }
    }
  }
  std::sort(names.begin(), names.end());
  std::string out;
  for (size_t i = 0; i < names.size(); ++i) {
    out += i == 0 ? "" : i + 1 == names.size() ? " and " : ", ";
    out += names[i];
  }
  return out;
}

std::string RewrittenFor(std::string_view text, const SourceFile& scan, std::string_view system) {
  std::string out;
  size_t done = 0;
  for (const SourceRecipe& recipe : scan.recipes) {
    std::string_view add = IsEnabledOn(recipe, system) ? "" : "windows";
    for (const SourceAttributeList& list : recipe.attributes) {
      if (!HasSystemAttribute(list)) {
        continue;
      }
      out += text.substr(done, list.span.begin - done);
      out += RewrittenList(text, list, add);
      done = list.span.end;
      add = {};
    }
  }
  out += text.substr(done);
  return out;
}

}  // namespace odu::plan
