#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "surface/server.h"

namespace surface {

/// A smaller surface made from a larger one, under a name of its own: only the members named in
/// `exposed` exist in it (default-deny). It serves the very same sources and handlers, so both show
/// one state. `larger` must outlive it. Naming a member that is not there is a bug.
std::unique_ptr<Server> Project(const Server& larger, ContractId contract,
                                std::span<const std::string_view> exposed);

}  // namespace surface
