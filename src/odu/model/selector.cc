#include "odu/model/selector.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "odu/model/ids.h"

namespace odu::model {
namespace {

constexpr size_t kShownCandidates = 6;

/// "a, b and 3 more".
std::string Listed(const std::vector<std::string>& names) {
  if (names.size() <= kShownCandidates) {
    return fmt::to_string(fmt::join(names, ", "));
  }
  const auto last = names.begin() + static_cast<ptrdiff_t>(kShownCandidates) - 1;
  return fmt::format("{} and {} more", fmt::join(names.begin(), last, ", "),
                     names.size() - kShownCandidates + 1);
}

std::vector<std::string> Platforms(std::span<const NodeKey> nodes) {
  std::set<std::string> names;
  for (const NodeKey& node : nodes) {
    names.emplace(node.platform);
  }
  return {names.begin(), names.end()};
}

base::Error Unfit(std::string code, const Selector& selector, std::string_view what,
                  std::string hint) {
  return base::Error(base::ErrorKind::kUsage, std::move(code),
                     fmt::format("{} {}", base::Quoted(selector.text), what), std::move(hint));
}

base::Error UnknownPlatform(std::span<const NodeKey> nodes, const Selector& selector) {
  const std::vector<std::string> platforms = Platforms(nodes);
  const std::string nearest = base::NearestName(*selector.platform, platforms);
  std::string hint = platforms.empty()  ? "there are no lanes"
                     : !nearest.empty() ? fmt::format("did you mean '{}'?", nearest)
                                        : fmt::format("there is {}", Listed(platforms));
  return Unfit("unknown_platform", selector, "names a platform that has no lane", std::move(hint));
}

/// True when `node` carries the recipe part of the selector as its whole name.
bool HasName(const NodeKey& node, std::string_view recipe) {
  return node.instance == recipe || node.recipe == recipe;
}

/// True for the `lint` and `ci::lint` of `x::ci::lint`, also when written `::lint`.
bool EndsIn(std::string_view name, std::string_view end) {
  constexpr std::string_view kSeparator = "::";
  if (end.starts_with(kSeparator)) {
    end.remove_prefix(kSeparator.size());
  }
  return !end.empty() && name.ends_with(end) &&
         name.substr(0, name.size() - end.size()).ends_with(kSeparator);
}

bool HasEnd(const NodeKey& node, std::string_view recipe) {
  return EndsIn(node.instance, recipe) || EndsIn(node.recipe, recipe);
}

/// "the nodes are a, b and 3 more", by their recipes.
std::string KnownNodes(std::span<const NodeKey> nodes) {
  std::set<std::string> recipes;
  for (const NodeKey& node : nodes) {
    recipes.emplace(node.recipe);
  }
  if (recipes.empty()) {
    return "there are no nodes";
  }
  return fmt::format("{} {}", recipes.size() == 1 ? "the only recipe is" : "the recipes are",
                     Listed(std::vector<std::string>(recipes.begin(), recipes.end())));
}

/// The names that `node` answers to, for a suggestion.
void AddNames(const NodeKey& node, std::set<std::string>& names) {
  names.emplace(node.recipe);
  names.emplace(Leaf(node.recipe));
}

base::Error UnknownNode(std::span<const NodeKey> nodes, const Selector& selector) {
  std::set<std::string> elsewhere;
  std::set<std::string> names;
  for (const NodeKey& node : nodes) {
    if (HasName(node, selector.recipe) || HasEnd(node, selector.recipe)) {
      elsewhere.emplace(node.platform);
    }
    AddNames(node, names);
  }
  if (!elsewhere.empty()) {
    return Unfit(
        "unknown_node", selector, "matches no node",
        fmt::format("recipe '{}' exists on {}", selector.recipe, fmt::join(elsewhere, " and ")));
  }
  const std::string nearest =
      base::NearestName(selector.recipe, std::vector<std::string>(names.begin(), names.end()));
  if (nearest.empty()) {
    return Unfit("unknown_node", selector, "matches no node", KnownNodes(nodes));
  }
  const std::string at = selector.platform ? "@" + *selector.platform : "";
  return Unfit("unknown_node", selector, "matches no node",
               fmt::format("did you mean '{}{}'?", nearest, at));
}

}  // namespace

std::optional<NodeKey> KeyOf(std::string_view id) {
  const size_t at = id.rfind('@');
  if (at == std::string_view::npos || at == 0) {
    return std::nullopt;
  }
  const std::string_view instance = id.substr(0, at);
  return NodeKey{instance, instance.substr(0, instance.find('(')), id.substr(at + 1)};
}

base::Result<Selector> ParseSelector(std::string_view text) {
  const size_t at = text.rfind('@');
  Selector out;
  out.text = text;
  out.recipe = text.substr(0, at);
  if (at != std::string_view::npos) {
    out.platform = text.substr(at + 1);
  }
  if (text.empty() || (out.platform && out.platform->empty())) {
    return base::Fail(base::ErrorKind::kUsage, "bad_selector",
                      fmt::format("{} names no node", base::Quoted(text)),
                      "a selector is 'recipe', 'recipe@platform' or '@platform'");
  }
  return out;
}

base::Result<std::vector<size_t>> MatchNodes(std::span<const NodeKey> nodes,
                                             const Selector& selector) {
  std::vector<size_t> lane;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (!selector.platform || nodes[i].platform == *selector.platform) {
      lane.push_back(i);
    }
  }
  if (selector.platform && lane.empty()) {
    return std::unexpected(UnknownPlatform(nodes, selector));
  }
  if (selector.recipe.empty()) {
    return lane;
  }
  std::vector<size_t> whole;
  std::vector<size_t> ends;
  std::set<std::string_view> recipes;
  for (const size_t i : lane) {
    if (HasName(nodes[i], selector.recipe)) {
      whole.push_back(i);
    } else if (HasEnd(nodes[i], selector.recipe)) {
      ends.push_back(i);
      recipes.insert(nodes[i].recipe);
    }
  }
  if (!whole.empty()) {
    return whole;
  }
  if (ends.empty()) {
    return std::unexpected(UnknownNode(nodes, selector));
  }
  if (recipes.size() > 1) {
    const std::vector<std::string> names(recipes.begin(), recipes.end());
    return std::unexpected(Unfit("ambiguous_node", selector,
                                 fmt::format("matches {} recipes", names.size()),
                                 "it could be " + Listed(names)));
  }
  return ends;
}

base::Result<std::vector<std::string>> MatchIds(std::span<const std::string> ids,
                                                std::string_view text) {
  if (const auto exact = std::find(ids.begin(), ids.end(), text); exact != ids.end()) {
    return std::vector<std::string>{*exact};
  }
  const auto selector = ParseSelector(text);
  if (!selector) {
    return base::Pass(selector.error());
  }
  std::vector<NodeKey> keys;
  keys.reserve(ids.size());
  for (const std::string& id : ids) {
    // What is no node id keeps its place, so that indices agree.
    keys.push_back(KeyOf(id).value_or(NodeKey{id, id, {}}));
  }
  const auto matches = MatchNodes(keys, *selector);
  if (!matches) {
    return base::Pass(matches.error());
  }
  std::vector<std::string> out;
  for (const size_t match : *matches) {
    out.push_back(ids[match]);
  }
  return out;
}

base::Result<std::string> MatchOneId(std::span<const std::string> ids, std::string_view text) {
  const auto matches = MatchIds(ids, text);
  if (!matches) {
    return base::Pass(matches.error());
  }
  if (matches->size() == 1) {
    return matches->front();
  }
  // `build` also names the instance without arguments, where that runs on one platform.
  std::vector<std::string> plain;
  for (const std::string& id : *matches) {
    const auto key = KeyOf(id);
    if (key && (key->instance == text || NodeId(key->instance, key->platform) == text)) {
      plain.push_back(id);
    }
  }
  if (plain.size() == 1) {
    return plain.front();
  }
  return base::Fail(base::ErrorKind::kUsage, "ambiguous_node",
                    fmt::format("{} matches {} nodes", base::Quoted(text), matches->size()),
                    "it could be " + Listed(*matches));
}

}  // namespace odu::model
