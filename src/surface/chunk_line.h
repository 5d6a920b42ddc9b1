#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// A stream's chunk read straight from its line, without a JSON tree in between: logs are most of
/// what a surface carries.
namespace surface {

struct ChunkLine {
  int64_t subscription = 0;
  uint64_t offset = 0;
  std::string_view bytes;
};

/// The chunk in a line of exactly the form that our own servers write (stream.h); nothing for any
/// other line, also one that is wrong: it is then read as every message is. `bytes` lies in
/// `buffer` and is valid as long as that is unchanged.
std::optional<ChunkLine> ReadChunkLine(std::string_view line, std::string& buffer);

}  // namespace surface
