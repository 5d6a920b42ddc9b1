#pragma once

#include <string>

namespace mcp {

/// 32 hex digits that nobody can guess.
std::string RandomId();

}  // namespace mcp
