#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "mcp/call.h"
#include "mcp/reply.h"

namespace mcp {

/// The page of a list that the cursor in `params` names: its bounds, and the next one's cursor.
struct Page {
  size_t begin = 0;
  size_t end = 0;
  std::string next;  ///< empty = this is the last
};
/// kInvalidParams for a cursor that is none of ours.
std::expected<Page, RpcFault> FindPage(const base::json::object& params, size_t count,
                                       size_t page_size);

/// The page of `items` that the call asks for, as the field `name`; `text_of(item, revision)` makes
/// JSON of one.
template <class Items, class TextOf>
Reply PageOf(const Server& server, const Call& call, std::string_view name, const Items& items,
             TextOf text_of, std::optional<int64_t> ttl_ms) {
  const auto page = FindPage(call.params(), items.size(), server.info().page_size);
  if (!page) {
    return std::unexpected(page.error());
  }
  ArrayText list;
  for (size_t i = page->begin; i < page->end; ++i) {
    list.Add(text_of(items[i], call.revision()));
  }
  Result result;
  result.ttl_ms = ttl_ms;
  result.fields.Raw(name, list.Take()).TextIfAny("nextCursor", page->next);
  return result;
}

}  // namespace mcp
