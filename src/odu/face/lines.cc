#include "odu/face/lines.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "odu/face/display.h"
#include "surface/codec.h"
#include "surface/shape.h"

namespace odu::face {
namespace {

constexpr size_t kPlainStatusColumns = 7;
constexpr size_t kStatusColumns = 8;

void AppendKey(std::string& out, std::string_view key) {
  out += out.ends_with('{') ? "\"" : ",\"";
  out += key;
  out += "\":";
}

void AppendText(std::string& out, std::string_view key, std::string_view value) {
  AppendKey(out, key);
  base::AppendJsonString(out, value);
}

template <class T>
void AppendValue(std::string& out, std::string_view key, const T& value) {
  AppendKey(out, key);
  surface::Encode(out, value);
}

std::string PlainLine(const model::Node& node, bool colour) {
  const std::string_view status = model::StatusName(node.status);
  std::string line = Tinted(
      fmt::format("{} {}", model::StatusGlyph(node.status), Padded(status, kPlainStatusColumns)),
      TintOf(node.status), colour);
  line += ' ';
  line += node.name;
  if (const auto elapsed = ElapsedMs(node, 0); model::IsTerminal(node.status) && elapsed) {
    line += ' ' + Span(*elapsed);
  }
  if (const std::string reason = ShownReason(node); !reason.empty()) {
    line += " (" + reason + ")";
  }
  if (model::IsRed(node.status)) {
    line += "  → " + node.log;
  }
  return line + '\n';
}

std::string JsonLine(const model::Node& node, bool second) {
  std::string line = "{";
  AppendText(line, "node", node.name);
  AppendText(line, "recipe", node.recipe);
  AppendText(line, "platform", node.platform);
  AppendText(line, "status", model::ProgressName(node.status));
  if (node.exit_code.has_value()) {
    AppendValue(line, "exit_code", *node.exit_code);
  }
  AppendText(line, "log", node.log);
  if (second) {
    AppendValue(line, "attempt", node.attempt);
    AppendValue(line, "duration_ms", node.duration_ms);
    AppendText(line, "reason", node.reason);
  }
  return line + "}\n";
}

std::string PlainHeader(const View& view, std::string_view hosts_file) {
  std::string line = fmt::format("odu · {} @ {} · run {}", ShownPipeline(view.run.pipeline),
                                 ShaLabel(view.run), view.run.ref);
  for (const auto& [platform, lane] : view.lanes) {
    line += fmt::format(" · {}={}", platform, base::Sanitised(lane.host, false));
  }
  line += fmt::format(" (hosts: {})\n",
                      hosts_file.empty() ? "(no hosts file)" : base::Sanitised(hosts_file, false));
  return line;
}

std::vector<std::string> NamesWith(const View& view, model::NodeStatus status) {
  std::vector<std::string> names;
  for (const model::Node* node : Ordered(view)) {
    if (node->status == status) {
      names.push_back(node->name);
    }
  }
  return names;
}

}  // namespace

std::string TransitionLine(const model::Node& node, LineFormat format, bool colour) {
  switch (format) {
    case LineFormat::kPlain:
      return PlainLine(node, colour);
    case LineFormat::kNdjson:
      return JsonLine(node, false);
    case LineFormat::kNdjson2:
      return JsonLine(node, true);
    case LineFormat::kStatuses:
      return Padded(model::StatusName(node.status), kStatusColumns) + ' ' + node.name + '\n';
    case LineFormat::kChanges: {
      std::string line = "{";
      AppendText(line, "node", node.name);
      AppendText(line, "status", model::StatusName(node.status));
      if (node.exit_code.has_value()) {
        AppendValue(line, "exit_code", *node.exit_code);
      }
      return line + "}\n";
    }
  }
  return {};
}

std::string FirstLine(const View& view, LineFormat format, std::string_view hosts_file) {
  if (format == LineFormat::kPlain) {
    return PlainHeader(view, hosts_file);
  }
  if (format != LineFormat::kNdjson2) {
    return {};
  }
  std::vector<std::string> names;
  for (const model::Node* node : Ordered(view)) {
    names.push_back(node->name);
  }
  std::string line = "{";
  AppendText(line, "run", view.run.ref);
  AppendValue(line, "run_id", view.run.run_id);
  AppendText(line, "sha", view.run.sha);
  AppendText(line, "pipeline", view.run.pipeline);
  AppendValue(line, "nodes", names);
  return line + "}\n";
}

std::string LastLine(const View& view, LineFormat format) {
  if (format != LineFormat::kNdjson2) {
    return {};
  }
  std::string line = "{";
  AppendValue(line, "verdict", view.run.verdict);
  AppendText(line, "run", view.run.ref);
  AppendValue(line, "run_id", view.run.run_id);
  std::optional<int64_t> duration_ms;
  if (view.run.settled_at.has_value()) {
    duration_ms = *view.run.settled_at - view.run.started_at;
  }
  AppendValue(line, "duration_ms", duration_ms);
  AppendValue(line, "failed", NamesWith(view, model::NodeStatus::kFailed));
  AppendValue(line, "errored", NamesWith(view, model::NodeStatus::kErrored));
  AppendValue(line, "cancelled", NamesWith(view, model::NodeStatus::kCancelled));
  AppendValue(line, "skipped", NamesWith(view, model::NodeStatus::kSkipped));
  if (view.run.tree_changed) {
    AppendValue(line, "tree_changed", true);
  }
  return line + "}\n";
}

std::string Heartbeat(const View& view, int64_t now_ms) {
  std::string line;
  for (const model::Node* node : Ordered(view)) {
    if (node->status == model::NodeStatus::kRunning) {
      line += line.empty() ? "… still running: " : ", ";
      line += fmt::format("{} ({})", node->name, Span(ElapsedMs(*node, now_ms).value_or(0)));
    }
  }
  if (const std::string left = LeftText(view.run, now_ms); !line.empty() && !left.empty()) {
    line += "; " + left;
  }
  return line.empty() ? line : line + '\n';
}

std::string NoticeLine(const model::Notice& notice, bool colour) {
  const Tint tint = notice.level == model::NoticeLevel::kError     ? Tint::kRed
                    : notice.level == model::NoticeLevel::kWarning ? Tint::kYellow
                                                                   : Tint::kDim;
  return fmt::format(
      "{} {}\n", Tinted(fmt::format("[{}]", base::Sanitised(notice.source, false)), tint, colour),
      base::Sanitised(notice.text, colour));
}

}  // namespace odu::face
