#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "async/task_group.h"
#include "base/json.h"
#include "mcp/message.h"
#include "mcp/outlet.h"
#include "mcp/revision.h"

namespace mcp {

/// The severities of RFC 5424, least first.
enum class LogLevel { kDebug, kInfo, kNotice, kWarning, kError, kCritical, kAlert, kEmergency };
std::string_view LogLevelName(LogLevel level);
std::optional<LogLevel> FindLogLevel(std::string_view name);

/// One request while it is answered, as its handler sees it. A cancelled request's handler is ended
/// at its wait; what it changed in the world stays.
class Call {
 public:
  Call(Incoming request, Revision revision, std::shared_ptr<Outlet> outlet);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  const Incoming& request() const { return request_; }
  const RpcId& id() const { return *request_.id; }
  const std::string& method() const { return request_.method; }
  const base::json::object& params() const { return request_.params; }
  /// `params._meta`; empty when there is none.
  const base::json::object& meta() const;
  Revision revision() const { return revision_; }
  Outlet& outlet() { return *outlet_; }
  const std::shared_ptr<Outlet>& shared_outlet() const { return outlet_; }

  /// Whether the peer asked to be told how it goes.
  bool wants_progress() const { return token_.has_value(); }
  /// Tells how far it is; `progress` must grow from call to call, else it is not told. Left out
  /// while the peer does not read, and once the request is over.
  void Progress(int64_t progress, std::optional<int64_t> total, std::string_view message);

  /// Tells a log message if the peer wants this level.
  void Log(LogLevel level, std::string_view logger, const base::json::value& data);
  void set_log_level(std::optional<LogLevel> level) { log_level_ = level; }

  // The session's own:
  async::TaskGroup* group = nullptr;  ///< runs the handler
  bool over = false;                  ///< answered or cancelled: nothing more is sent
  /// Asked to stop when the request is cancelled: for what it has on other threads.
  std::stop_source stop;

 private:
  Incoming request_;
  Revision revision_;
  std::shared_ptr<Outlet> outlet_;
  std::optional<RpcId> token_;
  std::optional<int64_t> progress_;
  std::optional<LogLevel> log_level_;
};

}  // namespace mcp
