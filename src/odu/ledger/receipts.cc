#include "odu/ledger/receipts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "os/file_system.h"
#include "surface/codec.h"

namespace odu::ledger {
namespace {

using base::ErrorKind;

constexpr size_t kFileLimit = size_t{64} << 20;
constexpr size_t kMaxIdBytes = 128;
// Rewriting is worth it when so many lines are of no use.
constexpr size_t kCompactAt = 4 * Receipts::kKept;

struct ReceiptLine {
  std::string id;
  std::string method;
  std::string input;
  base::json::value answer;
  static constexpr std::array<std::string_view, 3> kRequired{"id", "method", "answer"};
};
BOOST_DESCRIBE_STRUCT(ReceiptLine, (), (id, method, input, answer))

void AppendLine(std::string& out, std::string_view id, std::string_view method,
                std::string_view input, std::string_view answer) {
  out += R"({"id":)";
  base::AppendJsonString(out, id);
  out += R"(,"method":)";
  base::AppendJsonString(out, method);
  if (!input.empty()) {
    out += R"(,"input":)";
    base::AppendJsonString(out, input);
  }
  out += R"(,"answer":)";
  out += answer;
  out += "}\n";
}

}  // namespace

base::Result<void> Receipts::CheckRequestId(std::string_view request_id) {
  const bool printable = std::ranges::all_of(
      request_id, [](unsigned char byte) { return byte > 0x20 && byte < 0x7f; });
  if (request_id.empty() || request_id.size() > kMaxIdBytes || !printable) {
    return base::Fail(ErrorKind::kUsage, "bad_request_id",
                      fmt::format("request_id {} is not 1 to {} printable characters",
                                  base::Quoted(request_id), kMaxIdBytes));
  }
  return {};
}

Receipts::Receipts(os::AppendFile file, std::string path)
    : file_(std::move(file)), path_(std::move(path)) {}

base::Result<Receipts> Receipts::Open(const std::string& path) {
  std::string text;
  if (auto present = os::ReadFile(path, kFileLimit)) {
    text = std::move(*present);
  } else if (present.error().code() != "not_found") {
    return base::Pass(present.error());
  }
  auto file = os::AppendFile::Open(path);
  if (!file) {
    return base::Pass(file.error());
  }
  Receipts receipts(std::move(*file), path);
  size_t whole = text.rfind('\n');
  whole = whole == std::string::npos ? 0 : whole + 1;
  if (whole < text.size()) {
    // A writer died in this line; it had not answered yet.
    if (auto cut = receipts.file_.TruncateTo(whole); !cut) {
      return base::Pass(cut.error());
    }
  }
  for (std::string_view line : base::Split(std::string_view(text).substr(0, whole), '\n')) {
    if (line.empty()) {
      continue;
    }
    ++receipts.lines_;
    auto decoded = surface::DecodeText<ReceiptLine>(line, "receipts");
    if (decoded) {
      Receipt receipt;
      receipt.method = std::move(decoded->method);
      receipt.input = std::move(decoded->input);
      receipt.answer = base::json::serialize(decoded->answer);
      receipts.Keep(std::move(decoded->id), std::move(receipt));
    }
  }
  return receipts;
}

base::Result<std::optional<std::string>> Receipts::Find(std::string_view request_id,
                                                        std::string_view method,
                                                        std::string_view input) const {
  const auto found = receipts_.find(request_id);
  if (found == receipts_.end()) {
    return std::optional<std::string>();
  }
  if (found->second.method != method) {
    return base::Fail(ErrorKind::kRefused, "request_conflict",
                      fmt::format("request_id {} was used for {}", base::Quoted(request_id),
                                  base::Quoted(found->second.method)),
                      "every request needs an id of its own");
  }
  const std::string& known = found->second.input;
  if (!input.empty() && !known.empty() && input != known) {
    return base::Fail(ErrorKind::kRefused, "request_conflict",
                      fmt::format("request_id {} was used for another {}", base::Quoted(request_id),
                                  base::Quoted(method)),
                      "every request needs an id of its own");
  }
  return std::optional<std::string>(found->second.answer);
}

base::Result<void> Receipts::Record(std::string_view request_id, std::string_view method,
                                    std::string_view answer_json, std::string_view input) {
  if (receipts_.contains(request_id)) {
    return {};
  }
  std::string line;
  AppendLine(line, request_id, method, input, answer_json);
  if (auto written = file_.Append(line); !written) {
    return written;
  }
  ++lines_;
  Receipt receipt;
  receipt.method = method;
  receipt.input = input;
  receipt.answer = answer_json;
  Keep(std::string(request_id), std::move(receipt));
  return lines_ >= kCompactAt ? Compact() : base::Result<void>();
}

void Receipts::Keep(std::string request_id, Receipt receipt) {
  const auto [place, is_new] = receipts_.try_emplace(request_id, std::move(receipt));
  if (!is_new) {
    return;
  }
  order_.push_back(std::move(request_id));
  if (order_.size() > kKept) {
    receipts_.erase(order_.front());
    order_.pop_front();
  }
}

base::Result<void> Receipts::Compact() {
  std::string text;
  for (const std::string& id : order_) {
    const Receipt& receipt = receipts_.at(id);
    AppendLine(text, id, receipt.method, receipt.input, receipt.answer);
  }
  if (auto written = os::WriteFileAtomic(path_, text); !written) {
    return written;
  }
  auto file = os::AppendFile::Open(path_);
  if (!file) {
    return base::Pass(file.error());
  }
  file_ = std::move(*file);
  lines_ = order_.size();
  return {};
}

}  // namespace odu::ledger
