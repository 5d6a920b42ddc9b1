#include "base/error.h"

#include <array>
#include <cerrno>
#include <cstring>

namespace base {
namespace {

struct KindRow {
  ErrorKind kind;
  std::string_view name;
  int exit_code;
};

constexpr std::array kKinds{
    KindRow{ErrorKind::kUsage, "usage", 2},
    KindRow{ErrorKind::kInput, "input", 2},
    KindRow{ErrorKind::kRefused, "refused", 2},
    KindRow{ErrorKind::kBusy, "busy", 3},
    KindRow{ErrorKind::kGone, "gone", 3},
    KindRow{ErrorKind::kHost, "host", 3},
    KindRow{ErrorKind::kVersion, "version", 3},
    KindRow{ErrorKind::kLimit, "limit", 3},
    KindRow{ErrorKind::kCancelled, "cancelled", 130},
    KindRow{ErrorKind::kBug, "bug", 134},
};

const KindRow& RowOf(ErrorKind kind) {
  return kKinds[static_cast<size_t>(kind)];
}

/// What a person can do about it, where the number alone says so; else empty.
std::string_view RemedyFor(int error_number) {
  switch (error_number) {
    case ENOSPC:
      return "make room on that disk, then try again";
    case EDQUOT:
      return "make room within this user's quota, then try again";
    case EACCES:
    case EPERM:
      return "this user may not do that there: look at owner and mode with 'ls -ld'";
    case EROFS:
      return "that file system is mounted read-only: remount it, or use another place";
    case EMFILE:
    case ENFILE:
      return "too many files are open: see 'ulimit -n'";
    default:
      return {};
  }
}

}  // namespace

std::string_view KindName(ErrorKind kind) {
  return RowOf(kind).name;
}

ErrorKind KindFromName(std::string_view name) {
  for (const KindRow& row : kKinds) {
    if (row.name == name) {
      return row.kind;
    }
  }
  return ErrorKind::kHost;
}

Error Error::In(std::string_view step) const {
  return Error(kind_, code_, std::string(step) + ": " + message_, hint_);
}

Error Error::WithHint(std::string hint) const {
  return Error(kind_, code_, message_, std::move(hint));
}

int Error::ExitCode() const {
  return RowOf(kind_).exit_code;
}

Error SystemError(std::string_view what, int error_number) {
  const char* code = error_number == ENOSPC || error_number == EDQUOT ? "disk_full" : "io";
  return Error(ErrorKind::kHost, code, std::string(what) + ": " + std::strerror(error_number),
               std::string(RemedyFor(error_number)));
}

}  // namespace base
