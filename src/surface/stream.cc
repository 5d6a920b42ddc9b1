#include "surface/stream.h"

#include "base/text.h"
#include "surface/json_rpc.h"

namespace surface {
namespace {

class StreamFeed final : public Feed {
 public:
  StreamFeed(std::shared_ptr<ByteLog> log, uint64_t offset, Waker waker)
      : log_(std::move(log)), growth_(log_->OnGrowth(std::move(waker))), offset_(offset) {}

  Progress Next(std::string& out) override {
    // Asked before reading: bytes that come between the two are then read, and the end is seen
    // next.
    const bool ended = log_->Ended();
    if (buffer_.empty()) {
      buffer_.resize(kMaxChunkBytes);
    }
    auto read = log_->ReadAt(offset_, buffer_.data(), kMaxChunkBytes);
    if (!read) {
      AppendOffset(out);
      out += ",\"error\":";
      EncodeError(out, read.error());
      return Progress::kEnded;
    }
    const size_t length = Whole(std::string_view(buffer_.data(), *read), ended);
    if (length == 0) {
      if (ended) {
        AppendOffset(out);
        return Progress::kEnded;
      }
      std::string().swap(buffer_);  // a waiting reader costs no buffer
      return Progress::kIdle;
    }
    AppendChunk(out, std::string_view(buffer_.data(), length));
    offset_ += length;
    return Progress::kMessage;
  }

 private:
  /// How much of what was read goes into this chunk: never half a character, unless nothing but the
  /// half is left and no more will come.
  static size_t Whole(std::string_view bytes, bool ended) {
    const size_t whole = base::Utf8PrefixLength(bytes);
    return whole == 0 && ended ? bytes.size() : whole;
  }

  void AppendOffset(std::string& out) const {
    out += ",\"offset\":";
    out += std::to_string(offset_);
  }

  void AppendChunk(std::string& out, std::string_view chunk) const {
    AppendOffset(out);
    if (base::IsUtf8(chunk)) {
      out += ",\"text\":";
      base::AppendJsonString(out, chunk);
    } else {
      out += ",\"base64\":\"";
      out += base::Base64Encode(chunk);
      out.push_back('"');
    }
  }

  std::shared_ptr<ByteLog> log_;
  std::shared_ptr<void> growth_;
  uint64_t offset_ = 0;
  std::string buffer_;
};

}  // namespace

base::Result<std::unique_ptr<Feed>> RawStreamSource::Open(const base::json::value& input,
                                                          Waker waker) {
  auto opened = opener_(input);
  if (!opened) {
    return base::Pass(opened.error());
  }
  return std::make_unique<StreamFeed>(std::move(opened->log), opened->offset, std::move(waker));
}

}  // namespace surface
