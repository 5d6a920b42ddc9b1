#pragma once

#include <nettle/sha2.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace base {

/// An incremental SHA-256 (libnettle's, which uses the processor's own instructions).
class Sha256 {
 public:
  Sha256();
  void Update(std::string_view bytes);
  /// The digest of all bytes so far as 64 lower-case hex digits; the object starts afresh.
  std::string HexDigest();

 private:
  sha256_ctx context_;
};

/// The SHA-256 of `bytes` as 64 lower-case hex digits.
std::string Sha256Hex(std::string_view bytes);

}  // namespace base
