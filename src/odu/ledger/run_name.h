#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace odu::ledger {

/// The run that `word` names, the one way for all commands: its run id or a beginning of it (at
/// least 4 characters) that no other run of this user has, `latest`, a ref `<sha7>#<seq>`, or a sha
/// of at least 4 digits, which means its newest run. The last three are of this checkout; without
/// one (`checkout_id` empty) they name nothing. A run that has expired is still named. kGone
/// "no_run"; kInput "ambiguous_run", both named.
base::Result<std::string> FindRun(std::string_view state, std::string_view checkout_id,
                                  std::string_view word);

}  // namespace odu::ledger
