#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace odu::model {

/// The bookkeeping node that every lane starts with; no recipe may have this name.
inline constexpr std::string_view kSetupRecipe = "_ci-setup";

/// The longest recipe instance id in bytes, so that "<id>.log" is a file name everywhere.
inline constexpr size_t kMaxInstanceIdBytes = 200;

/// True for a Nix system tuple (`x86_64-linux`, `aarch64-darwin`): safe as one path segment.
bool IsPlatform(std::string_view text);

/// Fails (kUsage, "bad_platform") unless `text` is a platform; says what one looks like.
base::Result<void> CheckPlatform(std::string_view text);

/// The platform this binary was built for.
std::string_view ThisPlatform();

/// True for `[A-Za-z0-9._:()%+=,~-]{1,200}` with no empty, `.` or `..` segment between `::`: what
/// odu.json ids must be and what every recipe instance id is. Safe as one path segment.
bool IsInstanceId(std::string_view text);

/// Fails (kInput, "bad_id") unless `text` is an instance id, naming what is wrong with it.
base::Result<void> CheckInstanceId(std::string_view text);

/// `namepath`, or `namepath(a,b)` with each argument percent-encoded outside `[A-Za-z0-9._+=-]`;
/// over 200 bytes it is cut at 180 and ends in `~` and 8 hex digits of the whole id's sha256.
/// One empty argument gives `namepath()`.
std::string InstanceId(std::string_view namepath, std::span<const std::string> arguments);

/// A node id taken apart.
struct NodeName {
  /// The recipe instance, or `_ci-setup`.
  std::string instance;
  std::string platform;

  bool operator==(const NodeName&) const = default;
};

/// `<instance>@<platform>`: the id of a node, and its context at the forge.
std::string NodeId(std::string_view instance, std::string_view platform);

/// `id` cut at its last '@', which must not be its first byte; nothing otherwise. Does not check
/// the two parts.
std::optional<NodeName> SplitNodeId(std::string_view id);

/// True for a well-formed node id: an instance id or `_ci-setup`, an '@', a platform.
bool IsNodeId(std::string_view id);

/// The last `::` segment of an instance id: `lint` of `ci::lint`, `build(a)` of `x::build(a)`.
/// Arguments are percent-encoded, so they never hold a `::`.
std::string_view Leaf(std::string_view instance);

/// Where a node's log is shown, relative to the checkout: `.ci/<sha7>/<platform>/<instance>.log`.
std::string LogPath(std::string_view sha7, std::string_view instance, std::string_view platform);

}  // namespace odu::model
