// Whatever a log holds, in whatever pieces: the pane's cells are printable, its memory is bounded,
// and every byte is counted.
#include <clocale>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "odu/terminal/log_document.h"
#include "odu/terminal/log_scan.h"

namespace {

using odu::terminal::Cell;
using odu::terminal::LogDocument;

void Require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const bool located = setlocale(LC_CTYPE, "C.UTF-8") != nullptr;
  Require(located);
  if (size < 2) {
    return 0;
  }
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const size_t piece = data[0] + 1U;
  LogDocument log(data[1] + 2);
  odu::terminal::LogScan scan(odu::terminal::LogPattern::Errors(), 0);
  for (size_t at = 0; at < bytes.size(); at += piece) {
    log.Append(bytes.substr(at, piece));
    scan.Feed(bytes.substr(at, piece));
  }
  scan.Finish();
  Require(log.end() == bytes.size() && scan.at() == bytes.size());
  Require(log.size() <= 3 * LogDocument::kMaxLines);
  uint64_t last = 0;
  for (size_t i = 0; i < log.size(); ++i) {
    Require(log.line(i).offset >= last);
    last = log.line(i).offset;
    for (const Cell& cell : log.line(i).cells) {
      Require(cell.length <= Cell::kMaxBytes && cell.width <= 2);
      for (const char c : cell.text()) {
        Require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
      }
    }
  }
  log.SetColumns(40);
  return 0;
}
