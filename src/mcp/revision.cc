#include "mcp/revision.h"

#include <array>
#include <utility>

namespace mcp {
namespace {

constexpr std::array kNames{
    std::pair{Revision::k20241007, std::string_view("2024-10-07")},
    std::pair{Revision::k20241105, std::string_view("2024-11-05")},
    std::pair{Revision::k20250326, std::string_view("2025-03-26")},
    std::pair{Revision::k20250618, std::string_view("2025-06-18")},
    std::pair{Revision::k20251125, std::string_view("2025-11-25")},
    std::pair{Revision::k20260728, std::string_view("2026-07-28")},
};

}  // namespace

std::string_view RevisionName(Revision revision) {
  return kNames[static_cast<size_t>(revision)].second;
}

std::optional<Revision> FindRevision(std::string_view name) {
  for (const auto& [revision, known] : kNames) {
    if (known == name) {
      return revision;
    }
  }
  return std::nullopt;
}

Revision NegotiateLegacy(std::string_view asked) {
  const std::optional<Revision> known = FindRevision(asked);
  return known.has_value() && !IsModern(*known) ? *known : kNewestLegacy;
}

}  // namespace mcp
