// Any line from a peer: read, written again, read again to the same; and a stream's chunk is read
// the same by the fast way and by the parser.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/bug.h"
#include "base/text.h"
#include "surface/chunk_line.h"
#include "surface/json_rpc.h"

namespace {

void CheckRewritten(const surface::RpcMessage& message) {
  std::string line;
  if (message.IsRequest()) {
    surface::AppendRequest(line, *message.id, message.method,
                           base::json::serialize(message.params));
  } else if (message.IsNotification()) {
    surface::AppendNotification(line, message.method, base::json::serialize(message.params));
  } else if (message.result) {
    surface::AppendResult(line, *message.id, base::json::serialize(*message.result));
  } else {
    surface::AppendError(line, message.id, surface::RpcCode::kDomainError, *message.error);
  }
  BUG_IF(line.find('\n') != line.size() - 1, "a message that is not one line");
  const auto again = surface::ParseRpc(std::string_view(line).substr(0, line.size() - 1));
  // What was within the limits may be beyond them once escapes are written out.
  if (!again) {
    BUG_IF(again.error().kind() != base::ErrorKind::kLimit, "a message cannot be read back");
    return;
  }
  BUG_IF(again->id != message.id || again->method != message.method, "a message has changed");
  BUG_IF(again->params.kind() != message.params.kind(), "params have changed");
  BUG_IF(again->error != message.error, "an error has changed");
}

void CheckChunk(std::string_view line) {
  std::string buffer;
  const auto chunk = surface::ReadChunkLine(line, buffer);
  if (!chunk) {
    return;
  }
  const auto message = surface::ParseRpc(line);
  BUG_IF(!message, "a chunk that is no message");
  const auto& params = message->params.as_object();
  std::string bytes;
  if (const auto* text = params.if_contains("text")) {
    bytes = text->as_string();
  } else {
    BUG_IF(!base::Base64Decode(params.at("base64").as_string(), bytes), "bad base64 was taken");
  }
  BUG_IF(bytes != chunk->bytes, "the two ways of reading a chunk differ");
  BUG_IF(params.at("offset").to_number<uint64_t>() != chunk->offset, "the offsets differ");
  BUG_IF(params.at("subscription").to_number<int64_t>() != chunk->subscription,
         "the subscriptions differ");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  CheckChunk(line);
  if (const auto message = surface::ParseRpc(line)) {
    CheckRewritten(*message);
  }
  return 0;
}
