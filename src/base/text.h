#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace base {

/// `text` in single quotes for a message, control bytes shown as \xNN, cut at 200 bytes.
std::string Quoted(std::string_view text);

/// "1 file", "3 files".
std::string Counted(size_t count, std::string_view singular, std::string_view plural = {});

/// The candidate nearest to `word` by edit distance, empty when none is near enough to suggest.
std::string NearestName(std::string_view word, std::span<const std::string> candidates);

/// Go-style duration floored to seconds: 0s, 58s, 1m0s, 3m26s, 1h0m0s (contract.md 1.1).
std::string GoDuration(std::chrono::milliseconds duration);

/// True when `bytes` is valid UTF-8 (no surrogates, no overlong forms).
bool IsUtf8(std::string_view bytes);

/// The length of the longest prefix of `bytes` that does not cut a UTF-8 character in two. Bytes
/// that are not UTF-8 at all count as characters of their own, so the result is at least
/// `bytes.size() - 3`.
size_t Utf8PrefixLength(std::string_view bytes);

/// `bytes` as they may be shown on a terminal: SGR colour sequences kept when `keep_sgr` (and
/// closed at each line end), every other control byte or escape sequence shown visibly (^[ for
/// ESC), tabs and newlines kept, bytes that are not UTF-8 as \xNN, bidirectional overrides shown as
/// <U+202E>.
std::string Sanitised(std::string_view bytes, bool keep_sgr);

/// Base64 (RFC 4648, padded).
std::string Base64Encode(std::string_view bytes);
/// False when `text` is not base64; then `out` is unspecified.
bool Base64Decode(std::string_view text, std::string& out);

/// Splits on every `separator`; "a,,b" gives three parts, "" gives one empty part.
std::vector<std::string_view> Split(std::string_view text, char separator);

}  // namespace base
