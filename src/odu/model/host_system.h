#pragma once

#include <string_view>

#include "base/error.h"

namespace odu::model {

/// Whether what runs on a machine of that system may count for a platform: the same, or
/// `i686-linux` on an `x86_64-linux`. A green in another system's name would be a lie.
bool CanServe(std::string_view system, std::string_view platform);

/// Fails (kHost, "wrong_system") unless that host can; `host` is for people.
base::Result<void> CheckSystem(std::string_view host, std::string_view system,
                               std::string_view platform);

}  // namespace odu::model
