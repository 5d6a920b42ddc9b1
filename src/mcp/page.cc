#include "mcp/page.h"

#include <algorithm>

#include "base/text.h"

namespace mcp {
namespace {

constexpr std::string_view kCursorBegin = "at:";

}  // namespace

std::expected<Page, RpcFault> FindPage(const base::json::object& params, size_t count,
                                       size_t page_size) {
  Page page;
  if (const base::json::value* cursor = params.if_contains("cursor")) {
    std::string text;
    const bool read = cursor->is_string() && base::Base64Decode(cursor->get_string(), text) &&
                      text.starts_with(kCursorBegin) && text.size() < 20;
    const std::string_view digits =
        read ? std::string_view(text).substr(kCursorBegin.size()) : std::string_view();
    if (digits.empty() ||
        !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) {
      return Fault(kInvalidParams, "the cursor is none of this list");
    }
    for (const char digit : digits) {
      page.begin = page.begin * 10 + static_cast<size_t>(digit - '0');
    }
  }
  page.begin = std::min(page.begin, count);
  page.end = std::min(count, page.begin + page_size);
  if (page.end < count) {
    page.next = base::Base64Encode(std::string(kCursorBegin) + std::to_string(page.end));
  }
  return page;
}

}  // namespace mcp
