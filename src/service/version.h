#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "surface/client.h"

namespace service {

/// What is known of the other side when two builds meet.
struct Skew {
  std::string what;  ///< "coordinator"
  surface::HelloReply theirs;
  surface::ContractId ours;
  std::string our_build;
  std::optional<bool> has_work;  ///< whether restarting it would disturb somebody; empty = unknown
};

/// True when the two can talk: the same name and major.
bool CanTalk(const surface::ContractId& theirs, const surface::ContractId& ours);

/// kVersion "contract_mismatch": who is older, by which contracts and builds, and the next step:
/// restart it when it has no work, else use the build that started it.
base::Error SkewError(const Skew& skew);

/// A note, not a failure, when both can talk but are not the same build; empty when they are.
std::string SkewNote(const Skew& skew);

}  // namespace service
