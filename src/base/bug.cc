#include "base/bug.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace base {

void Bug(std::string_view what, const char* file, int line) {
  const char* slash = std::strrchr(file, '/');
  std::fprintf(stderr, "odu: bug: %.*s (%s:%d)\n  please report this with the lines above\n",
               static_cast<int>(what.size()), what.data(), slash != nullptr ? slash + 1 : file,
               line);
  std::abort();
}

}  // namespace base
