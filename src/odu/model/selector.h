#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace odu::model {

/// What a selector can match: a node with its name taken apart. Views into what the caller keeps.
struct NodeKey {
  std::string_view instance;  ///< `ci::build(debug)`, `_ci-setup`
  std::string_view recipe;    ///< `ci::build`
  std::string_view platform;
};

/// `id` taken apart; the recipe is the instance up to its '('. Nothing when `id` is no node id.
std::optional<NodeKey> KeyOf(std::string_view id);

/// What a person wrote to name nodes: `recipe`, `recipe@platform` or `@platform`.
struct Selector {
  std::string text;                     ///< as written
  std::string recipe;                   ///< empty for `@platform`
  std::optional<std::string> platform;  ///< nothing = every platform

  bool operator==(const Selector&) const = default;
};

/// Cuts at the last '@'. Failure: kUsage "bad_selector" for nothing, and for an '@' with nothing
/// behind it.
base::Result<Selector> ParseSelector(std::string_view text);

/// Indices of the nodes that `selector` names, ascending, never none. A recipe is named by its
/// namepath or by the end of it after a `::` (`lint`, `::lint` for `ci::lint`) where one recipe
/// alone ends so, with or without arguments; without them it means all its instances. Failures, all
/// kUsage, with candidates in the hint: "unknown_platform", "unknown_node", "ambiguous_node".
base::Result<std::vector<size_t>> MatchNodes(std::span<const NodeKey> nodes,
                                             const Selector& selector);

/// The ids of `ids` that `text` names: an exact id, or a selector. Order of `ids`. Failures as
/// ParseSelector and MatchNodes.
base::Result<std::vector<std::string>> MatchIds(std::span<const std::string> ids,
                                                std::string_view text);

/// The one id of `ids` that `text` names. Failures as MatchIds; kUsage "ambiguous_node" when there
/// are several.
base::Result<std::string> MatchOneId(std::span<const std::string> ids, std::string_view text);

}  // namespace odu::model
