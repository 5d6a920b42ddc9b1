#include "odu/forge/curl_library.h"

#include <dlfcn.h>

#include <array>
#include <string>

namespace odu::forge {
namespace {

/// Debian's libcurl4, and what has the same functions under another name (libcurl3-gnutls).
constexpr std::array<const char*, 2> kNames{"libcurl.so.4", "libcurl-gnutls.so.4"};

template <class F>
bool Find(void* library, const char* name, F& function) {
  function = reinterpret_cast<F>(dlsym(library, name));
  return function != nullptr;
}

std::unexpected<base::Error> NoCurl(std::string why) {
  return base::Fail(base::ErrorKind::kHost, "no_libcurl", "libcurl: " + std::move(why),
                    "install it (Debian: apt-get install libcurl4); it is only needed to talk to "
                    "a forge");
}

}  // namespace

base::Result<CurlLibrary> LoadCurl() {
  void* library = nullptr;
  std::string why;
  for (const char* name : kNames) {
    library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library != nullptr) {
      break;
    }
    const char* words = dlerror();
    why = why.empty() && words != nullptr ? words : why;
  }
  if (library == nullptr) {
    return NoCurl(why);
  }
  CurlLibrary curl;
  const bool whole = Find(library, "curl_global_init", curl.global_init) &&
                     Find(library, "curl_easy_init", curl.easy_init) &&
                     Find(library, "curl_easy_setopt", curl.easy_setopt) &&
                     Find(library, "curl_easy_perform", curl.easy_perform) &&
                     Find(library, "curl_easy_getinfo", curl.easy_getinfo) &&
                     Find(library, "curl_easy_reset", curl.easy_reset) &&
                     Find(library, "curl_easy_cleanup", curl.easy_cleanup) &&
                     Find(library, "curl_easy_strerror", curl.easy_strerror) &&
                     Find(library, "curl_slist_append", curl.slist_append) &&
                     Find(library, "curl_slist_free_all", curl.slist_free_all);
  if (!whole || curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return NoCurl("what is installed cannot be used");
  }
  return curl;
}

}  // namespace odu::forge
