#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "odu/forge/github.h"

/// Which contexts a branch requires, and how that is changed. Pure.
namespace odu::forge {

/// The ruleset that requires statuses of a branch, of all rules that govern it; 0 when none does.
/// kRefused "foreign_ruleset" when it is the organisation's, "two_rulesets" when several do:
/// nobody could say then which one is meant.
base::Result<int64_t> RulesetThatRequires(const std::vector<BranchRule>& rules,
                                          const std::string& branch);

/// What has to change so that a ruleset requires exactly `contexts` of odu's.
struct Protection {
  std::string ruleset;      ///< its name
  base::json::object body;  ///< what is sent; empty when nothing changes
  std::vector<std::string> added;
  std::vector<std::string> removed;
  std::vector<std::string> kept;  ///< not odu's: an app's, or of no node's form
  /// The rule before and after, line by line with ' ', '-' or '+' in front.
  std::string diff;
};

/// Of the ruleset as it is: other rules, conditions and bypasses stay as they are. kHost
/// "bad_answer" when it is none.
base::Result<Protection> ChangedRuleset(const base::json::object& ruleset,
                                        const std::vector<std::string>& contexts);

/// Of one that is made: that single rule, active, for this branch alone, bypassed by nobody.
Protection NewRuleset(const std::string& branch, const std::vector<std::string>& contexts);

}  // namespace odu::forge
