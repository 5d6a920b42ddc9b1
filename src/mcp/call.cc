#include "mcp/call.h"

#include <array>
#include <utility>

#include "mcp/object_text.h"

namespace mcp {
namespace {

constexpr std::array<std::string_view, 8> kLevels{"debug", "info",     "notice", "warning",
                                                  "error", "critical", "alert",  "emergency"};

}  // namespace

std::string_view LogLevelName(LogLevel level) {
  return kLevels[static_cast<size_t>(level)];
}

std::optional<LogLevel> FindLogLevel(std::string_view name) {
  for (size_t i = 0; i < kLevels.size(); ++i) {
    if (kLevels[i] == name) {
      return static_cast<LogLevel>(i);
    }
  }
  return std::nullopt;
}

Call::Call(Incoming request, Revision revision, std::shared_ptr<Outlet> outlet)
    : request_(std::move(request)), revision_(revision), outlet_(std::move(outlet)) {
  if (const base::json::value* token = meta().if_contains("progressToken")) {
    token_ = ReadId(*token);
  }
}

const base::json::object& Call::meta() const {
  static const base::json::object none;
  const base::json::object* meta = ObjectIn(request_.params, "_meta");
  return meta == nullptr ? none : *meta;
}

void Call::Progress(int64_t progress, std::optional<int64_t> total, std::string_view message) {
  const bool grows = !progress_.has_value() || progress > *progress_;
  if (!token_.has_value() || over || !grows || outlet_->Backlog() > kFullBacklog) {
    return;
  }
  progress_ = progress;
  ObjectText params;
  params.Raw("progressToken", IdText(*token_)).Number("progress", progress);
  if (total.has_value()) {
    params.Number("total", *total);
  }
  if (revision_ >= Revision::k20250326) {
    params.TextIfAny("message", message);
  }
  outlet_->Notify(NotificationLine("notifications/progress", params.Take()));
}

void Call::Log(LogLevel level, std::string_view logger, const base::json::value& data) {
  if (!log_level_.has_value() || level < *log_level_ || over || outlet_->Backlog() > kFullBacklog) {
    return;
  }
  ObjectText params;
  params.Text("level", LogLevelName(level)).TextIfAny("logger", logger).Json("data", data);
  outlet_->Notify(NotificationLine("notifications/message", params.Take()));
}

}  // namespace mcp
