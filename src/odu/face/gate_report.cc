#include "odu/face/gate_report.h"

#include <fmt/format.h>

#include "base/text.h"

namespace odu::face {
namespace {

std::string Clean(const std::string& text) {
  return base::Sanitised(text, false);
}

std::string Row(std::string_view name, const std::string& value) {
  return value.empty() ? std::string() : fmt::format("  {:<12}{}\n", name, Clean(value));
}

}  // namespace

std::string OwedText(const std::vector<model::OwedStatus>& owed) {
  if (owed.empty()) {
    return "nothing is owed\n";
  }
  std::string text;
  for (const model::OwedStatus& one : owed) {
    text += fmt::format("{}  {}{}\n", one.run, Clean(one.context),
                        one.why.empty() ? "" : "  " + Clean(one.why));
  }
  return text;
}

std::string RetryText(const model::GateRetryReply& reply) {
  std::string text;
  if (reply.posted > 0) {
    text = fmt::format("posted {}\n",
                       base::Counted(static_cast<size_t>(reply.posted), "status", "statuses"));
  }
  if (reply.posted == 0 || !reply.owed.empty()) {
    text += OwedText(reply.owed);
  }
  if (!reply.owed.empty() && !reply.hint.empty()) {
    text += "  " + Clean(reply.hint) + '\n';
  }
  return text;
}

std::string AuthText(const model::AuthReport& report) {
  std::string text = fmt::format("{} on {}\n", Clean(report.repository), Clean(report.host));
  if (!report.known_as.empty() && report.known_as != report.repository) {
    text +=
        fmt::format("  it is called '{}' now: git remote set-url origin\n", Clean(report.known_as));
  }
  if (report.is_fork) {
    text += "  a fork: its parent's pull requests do not see what is posted here\n";
  }
  text += Row("api", report.api);
  text += Row("token", fmt::format("{}, from {}", report.token_kind, report.token_from));
  text += Row("speaks for", report.login);
  text += Row("scopes", report.scopes);
  text += Row("statuses", report.may_post ? "yes" : "no");
  text += Row("rulesets", report.may_protect ? "yes" : "no");
  if (report.requests_left >= 0) {
    text += Row("requests", fmt::format("{} left of this hour", report.requests_left));
  }
  for (const std::string& missing : report.missing) {
    text += fmt::format("missing: {}\n", Clean(missing));
  }
  return text;
}

std::string ProtectText(const model::ProtectReport& report) {
  std::string text;
  if (report.applied) {
    text = fmt::format("ruleset '{}' on {} requires {}\n", Clean(report.ruleset),
                       Clean(report.branch), base::Counted(report.contexts.size(), "context"));
  } else {
    for (const std::string& context : report.contexts) {
      text += Clean(context) + '\n';
    }
  }
  if (!report.diff.empty()) {
    text += '\n' + base::Sanitised(report.diff, false);
  } else {
    text += fmt::format("{}nothing changes: ruleset '{}' has it so\n", report.applied ? "" : "\n",
                        Clean(report.ruleset));
  }
  return text;
}

}  // namespace odu::face
