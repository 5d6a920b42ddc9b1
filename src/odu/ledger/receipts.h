#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "os/append_file.h"

namespace odu::ledger {

/// The answers given to requests that change something, by request id, so that a repeated request
/// gets the same answer and does nothing. Survives the coordinator. Held by the checkout's owner.
class Receipts {
 public:
  /// The newest so many are kept.
  static constexpr size_t kKept = 1000;
  /// A request id is 1 to 128 printable ASCII characters: kUsage "bad_request_id".
  static base::Result<void> CheckRequestId(std::string_view request_id);

  /// Opens or makes the file; damaged lines are dropped.
  static base::Result<Receipts> Open(const std::string& path);

  /// The recorded answer (JSON text); kRefused "request_conflict" when it was given to another
  /// `method`, or to other `input` (a digest of what was asked for; empty = not known).
  base::Result<std::optional<std::string>> Find(std::string_view request_id,
                                                std::string_view method,
                                                std::string_view input = {}) const;

  /// Written before it returns (not synced). An id that has an answer keeps it.
  base::Result<void> Record(std::string_view request_id, std::string_view method,
                            std::string_view answer_json, std::string_view input = {});

  size_t size() const { return order_.size(); }

 private:
  struct Receipt {
    std::string method;
    std::string input;
    std::string answer;
  };
  Receipts(os::AppendFile file, std::string path);
  void Keep(std::string request_id, Receipt receipt);
  base::Result<void> Compact();

  os::AppendFile file_;
  std::string path_;
  std::map<std::string, Receipt, std::less<>> receipts_;
  std::deque<std::string> order_;
  size_t lines_ = 0;
};

}  // namespace odu::ledger
