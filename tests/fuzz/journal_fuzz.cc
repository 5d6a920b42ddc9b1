// Any bytes as a run's journal: what is sound stays sound when read alone, what can be written
// comes back the same, and replaying never asks for more than there is.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "odu/ledger/run_record.h"

namespace {

using odu::ledger::JournalEnd;
using odu::ledger::JournalLine;

void Require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

std::string Written(const JournalLine& line) {
  std::string text;
  odu::ledger::EncodeLine(text, line.at, line.body);
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  odu::ledger::RunRecord record;
  size_t lines = 0;
  const JournalEnd end = odu::ledger::ScanJournal(text, [&](JournalLine&& line) {
    ++lines;
    if (!std::holds_alternative<odu::ledger::UnknownLine>(line.body)) {
      const std::string written = Written(line);
      Require(written.find('\n') == written.size() - 1);
      const auto again =
          odu::ledger::DecodeLine(std::string_view(written).substr(0, written.size() - 1));
      Require(again.has_value() && Written(*again) == written);
    }
    record.Apply(std::move(line));
  });
  Require(end.sound_bytes <= size);
  Require(end.sound_bytes == size || end.torn || !end.damaged.empty());
  Require(end.has_request == (lines > 0));
  Require(end.closed == record.closed.has_value());
  size_t again = 0;
  const JournalEnd sound =
      odu::ledger::ScanJournal(text.substr(0, end.sound_bytes), [&](JournalLine&&) { ++again; });
  Require(again == lines && !sound.torn && sound.damaged.empty());
  (void)odu::ledger::SummaryOf(record);
  return 0;
}
