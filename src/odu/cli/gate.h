#pragma once

#include "odu/cli/caller.h"

/// The commands that have to do with a forge.
namespace odu::cli {

/// `odu post`: what is owed.
Exit Owed(const Caller& caller);
/// Exit 3 when the token may not post.
Exit Auth(const Caller& caller);
Exit Protect(const Caller& caller);

}  // namespace odu::cli
