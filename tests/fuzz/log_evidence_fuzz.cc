// Whatever a recipe prints: what is found in it stays within its bounds, and is text.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bug.h"
#include "base/text.h"
#include "odu/agent/evidence.h"
#include "odu/agent/junit.h"
#include "odu/agent/log_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  odu::agent::LogLines log;
  log.size = bytes.size();
  odu::agent::CutLines(bytes, 0, 1, log);
  const odu::agent::Excerpt excerpt = odu::agent::ExcerptOf(log);
  BUG_IF(excerpt.text.size() > odu::agent::kExcerptBytes + 8, "an excerpt over its bound");
  BUG_IF(!base::IsUtf8(excerpt.text), "an excerpt that is no text");
  BUG_IF(excerpt.annotations.size() > odu::agent::kMostAnnotations, "too many annotations");
  BUG_IF(excerpt.offset > bytes.size(), "an excerpt from behind the log's end");
  static_cast<void>(odu::agent::JunitFilesNamed(log.lines));
  static_cast<void>(odu::agent::ReadJunit(bytes, 5));
  return 0;
}
