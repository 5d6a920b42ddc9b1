#include "odu/forge/protection.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "odu/model/ids.h"

namespace odu::forge {
namespace {

namespace json = base::json;

constexpr std::string_view kRule = "required_status_checks";

/// One check as the rule has it: a context, perhaps bound to an app.
struct Check {
  std::string context;
  json::object whole;
  /// A node's id that no app is asked for.
  bool is_ours = false;
};

std::vector<Check> ChecksOf(const json::object& parameters) {
  std::vector<Check> checks;
  const json::value* list = parameters.if_contains(kRule);
  if (list == nullptr || !list->is_array()) {
    return checks;
  }
  for (const json::value& value : list->get_array()) {
    const json::object* object = value.if_object();
    const json::value* context = object == nullptr ? nullptr : object->if_contains("context");
    if (context == nullptr || !context->is_string()) {
      continue;
    }
    Check check;
    check.context = context->get_string().c_str();
    check.whole = *object;
    const json::value* app = object->if_contains("integration_id");
    check.is_ours = (app == nullptr || app->is_null()) && model::IsNodeId(check.context);
    checks.push_back(std::move(check));
  }
  return checks;
}

std::vector<std::string> LinesOf(const std::vector<Check>& checks) {
  std::vector<std::string> lines;
  for (const Check& check : checks) {
    lines.push_back(check.context);
  }
  return lines;
}

/// Both are sorted within what is common: a walk is enough.
std::string DiffOf(const std::string& name, const std::vector<std::string>& before,
                   const std::vector<std::string>& after) {
  const std::set<std::string> old_lines(before.begin(), before.end());
  const std::set<std::string> new_lines(after.begin(), after.end());
  std::set<std::string> all(old_lines);
  all.insert(new_lines.begin(), new_lines.end());
  std::string diff = fmt::format("ruleset '{}', required statuses:\n", name);
  for (const std::string& line : all) {
    const char mark = !old_lines.contains(line) ? '+' : !new_lines.contains(line) ? '-' : ' ';
    diff += fmt::format("{} {}\n", mark, line);
  }
  return diff;
}

json::object CheckFor(const std::string& context) {
  return json::object{{"context", context}};
}

}  // namespace

base::Result<int64_t> RulesetThatRequires(const std::vector<BranchRule>& rules,
                                          const std::string& branch) {
  std::set<int64_t> ids;
  std::string names;
  for (const BranchRule& rule : rules) {
    if (rule.type != kRule) {
      continue;
    }
    if (rule.source_type != "Repository") {
      return base::Fail(
          base::ErrorKind::kRefused, "foreign_ruleset",
          fmt::format("the statuses that {} requires are set by the organisation {}",
                      base::Quoted(branch), base::Quoted(rule.source)),
          "ask its owners; 'odu protect --dry-run --platform …' elsewhere prints the contexts");
    }
    if (ids.insert(rule.ruleset_id).second) {
      names += fmt::format("{}{}", names.empty() ? "" : ", ", rule.ruleset_id);
    }
  }
  if (ids.size() > 1) {
    return base::Fail(base::ErrorKind::kRefused, "two_rulesets",
                      fmt::format("{} rulesets require statuses of {}: {}", ids.size(),
                                  base::Quoted(branch), names),
                      "leave one of them the rule 'Require status checks to pass', and try again");
  }
  return ids.empty() ? 0 : *ids.begin();
}

base::Result<Protection> ChangedRuleset(const json::object& ruleset,
                                        const std::vector<std::string>& contexts) {
  const auto bad = base::Fail(base::ErrorKind::kHost, "bad_answer",
                              "the ruleset is not what the forge's API describes");
  const json::value* name = ruleset.if_contains("name");
  const json::value* rules = ruleset.if_contains("rules");
  if (name == nullptr || !name->is_string() || rules == nullptr || !rules->is_array()) {
    return bad;
  }
  Protection change;
  change.ruleset = name->get_string().c_str();
  json::array new_rules;
  bool found = false;
  for (const json::value& value : rules->get_array()) {
    const json::object* rule = value.if_object();
    const json::value* type = rule == nullptr ? nullptr : rule->if_contains("type");
    const json::value* parameters = rule == nullptr ? nullptr : rule->if_contains("parameters");
    if (type == nullptr || !type->is_string() || type->get_string() != kRule ||
        parameters == nullptr || !parameters->is_object() || std::exchange(found, true)) {
      new_rules.push_back(value);
      continue;
    }
    const std::vector<Check> before = ChecksOf(parameters->get_object());
    const std::set<std::string> wanted(contexts.begin(), contexts.end());
    json::array after;
    std::vector<std::string> names;
    std::set<std::string> there;
    for (const Check& check : before) {
      if (check.is_ours && !wanted.contains(check.context)) {
        change.removed.push_back(check.context);
        continue;
      }
      if (!check.is_ours) {
        change.kept.push_back(check.context);
      }
      there.insert(check.context);
      names.push_back(check.context);
      after.push_back(check.whole);
    }
    for (const std::string& context : contexts) {
      if (there.insert(context).second) {
        change.added.push_back(context);
        names.push_back(context);
        after.push_back(CheckFor(context));
      }
    }
    if (!change.added.empty() || !change.removed.empty()) {
      change.diff = DiffOf(change.ruleset, LinesOf(before), names);
    }
    json::object new_parameters = parameters->get_object();
    new_parameters[kRule] = std::move(after);
    json::object new_rule = *rule;
    new_rule["parameters"] = std::move(new_parameters);
    new_rules.push_back(std::move(new_rule));
  }
  if (!found) {
    return bad;
  }
  if (!change.diff.empty()) {
    // Only what it is asked to change; what is not sent stays.
    change.body = json::object{{"rules", std::move(new_rules)}};
  }
  return change;
}

Protection NewRuleset(const std::string& branch, const std::vector<std::string>& contexts) {
  Protection change;
  change.ruleset = "odu " + branch;
  change.added = contexts;
  json::array checks;
  for (const std::string& context : contexts) {
    checks.push_back(CheckFor(context));
  }
  change.body = json::object{
      {"name", change.ruleset},
      {"target", "branch"},
      {"enforcement", "active"},
      {"bypass_actors", json::array()},
      {"conditions",
       {{"ref_name",
         {{"include", json::array{"refs/heads/" + branch}}, {"exclude", json::array()}}}}},
      {"rules", json::array{json::object{{"type", kRule},
                                         {"parameters",
                                          {{"strict_required_status_checks_policy", false},
                                           {kRule, std::move(checks)}}}}}}};
  change.diff = DiffOf(change.ruleset, {}, contexts);
  return change;
}

}  // namespace odu::forge
