#pragma once

#include <string>

#include "base/error.h"

namespace os {

/// The failure of a system call on `path`: kGone "not_found" for a missing file or directory, else
/// as base::SystemError; the path in quotes.
base::Error PathError(const std::string& path, int error_number);

}  // namespace os
