#pragma once

#include <string>

#include "support/golden.h"

namespace odu::face {

/// Compares `actual` with tests/golden/face/<name>.
inline void ExpectGolden(const std::string& name, const std::string& actual) {
  support::ExpectGolden("face/" + name, actual);
}

}  // namespace odu::face
