#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mcp {

/// The protocol's revisions, oldest first. Up to 2025-11-25 ("legacy") a connection begins with
/// `initialize`; from 2026-07-28 ("modern") every request says its own revision.
enum class Revision { k20241007, k20241105, k20250326, k20250618, k20251125, k20260728 };

inline constexpr Revision kOldest = Revision::k20241007;
inline constexpr Revision kNewestLegacy = Revision::k20251125;
inline constexpr Revision kModern = Revision::k20260728;

constexpr bool IsModern(Revision revision) {
  return revision >= kModern;
}

/// "2025-11-25"
std::string_view RevisionName(Revision revision);
/// The revision of that name; nothing for one that is not known here.
std::optional<Revision> FindRevision(std::string_view name);

/// What `initialize` is answered: the legacy revision asked for, else the newest of them.
Revision NegotiateLegacy(std::string_view asked);

}  // namespace mcp
