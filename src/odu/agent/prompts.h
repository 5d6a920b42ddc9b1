#pragma once

#include "mcp/server.h"

namespace odu::agent {

/// Declares what a person may begin with: `ci-loop` and `why-red`.
void AddPrompts(mcp::Server& server);

}  // namespace odu::agent
