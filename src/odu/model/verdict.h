#pragma once

#include <boost/describe/enum.hpp>
#include <span>

#include "odu/model/node.h"

namespace odu::model {

/// Precedence failed > cancelled > incomplete > passed (contract.md section 3).
enum class Verdict { kPassed, kFailed, kCancelled, kIncomplete };
BOOST_DESCRIBE_ENUM(Verdict, kPassed, kFailed, kCancelled, kIncomplete)

/// What a run came to. `nodes` are all nodes of the run, `expected` how many it had to have: passed
/// means that every expected node ran and is ok with a complete log; an empty set is incomplete.
Verdict Judge(std::span<const Node> nodes, size_t expected);

/// 0 passed, 1 failed or cancelled, 3 incomplete.
int ExitCodeOf(Verdict verdict);

}  // namespace odu::model
