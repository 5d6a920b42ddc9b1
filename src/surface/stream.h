#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "surface/contract.h"
#include "surface/source.h"

namespace surface {

/// A sequence of bytes that only grows, read by position: the log of an attempt. Implemented by the
/// domain over a file; held by every feed that reads it.
class ByteLog {
 public:
  virtual ~ByteLog() = default;

  /// Reads up to `capacity` bytes at `offset` into `buffer`; 0 means nothing there (yet).
  virtual base::Result<size_t> ReadAt(uint64_t offset, char* buffer, size_t capacity) = 0;
  /// True when no byte will ever be added. Before that a reader at the end waits.
  virtual bool Ended() const = 0;
  /// Registers a waker that is called after each append and at the end; lives as long as the
  /// result.
  virtual std::shared_ptr<void> OnGrowth(Waker waker) = 0;
};

/// One chunk of a stream, at most; also the most that a chunk message carries.
inline constexpr size_t kMaxChunkBytes = size_t{64} << 10;

/// A stream member: `open` finds the log that an input asks for. Messages:
/// `,"offset":N,"text":"…"` or, for bytes that are not UTF-8, `,"offset":N,"base64":"…"`; a chunk
/// is cut only between characters. The end: `surface.end` with `,"offset":N`, or with
/// `,"error":{…}`.
class RawStreamSource : public Source {
 public:
  struct Opened {
    std::shared_ptr<ByteLog> log;
    uint64_t offset = 0;
  };
  using Opener = std::function<base::Result<Opened>(const base::json::value& input)>;

  explicit RawStreamSource(Opener opener) : opener_(std::move(opener)) {}
  base::Result<std::unique_ptr<Feed>> Open(const base::json::value& input, Waker waker) override;

 private:
  Opener opener_;
};

template <class Input>
class StreamSource final : public RawStreamSource {
 public:
  using TypedOpener = std::function<base::Result<std::shared_ptr<ByteLog>>(const Input&)>;

  explicit StreamSource(TypedOpener opener)
      : RawStreamSource(
            [opener = std::move(opener)](const base::json::value& json) -> base::Result<Opened> {
              auto input = Decode<Input>(json);
              if (!input) {
                return base::Pass(input.error());
              }
              auto log = opener(*input);
              if (!log) {
                return base::Pass(log.error());
              }
              return Opened{std::move(*log), input->offset};
            }) {}
};

}  // namespace surface
