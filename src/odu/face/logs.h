#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "odu/face/reach.h"

namespace odu::face {

/// `odu logs`, read from its options.
struct LogsCall {
  std::string node;     ///< as written
  int32_t attempt = 0;  ///< 0 = the newest
  int64_t offset = 0;   ///< negative: so many bytes from the end
  bool follow = false;  ///< to the end of the attempt
  bool raw = false;
};

/// Writes log bytes out: as they are, or (to a terminal, unless `raw`) made safe to show, whole
/// lines at a time. Gathers small chunks; call Flush when nothing more is at hand.
class LogWriter {
 public:
  LogWriter(Console& console, bool raw);
  void Take(std::string_view bytes);
  /// Writes what is gathered; with `end` also a last line without newline.
  void Flush(bool end);

 private:
  Console& console_;
  bool sanitise_;
  std::string gathered_;
};

/// Prints a log file from `call.offset` to its end as it is now.
base::Result<void> PrintLogFile(Console& console, const std::string& path, const LogsCall& call);

/// Follows the log of a node of the live (or still open) run that `view` shows to its end, over the
/// surface, over one coordinator after another. A negative offset counts from `size_now`.
boost::asio::awaitable<base::Result<int>> LiveLog(FaceContext& context,
                                                  std::unique_ptr<surface::Client> client,
                                                  const View& view, LogsCall call,
                                                  uint64_t size_now);

}  // namespace odu::face
