#pragma once

// Types and constants only: nothing of libcurl is linked.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
// The check's replacement is a macro that would hide the member of that name.
#undef curl_easy_setopt
#undef curl_easy_getinfo

#include "base/error.h"

namespace odu::forge {

/// libcurl's functions, found at run time: a linked libcurl costs 6 ms of every start, and most
/// commands never speak to a forge.
struct CurlLibrary {
  decltype(&curl_global_init) global_init = nullptr;
  decltype(&curl_easy_init) easy_init = nullptr;
  decltype(&curl_easy_setopt) easy_setopt = nullptr;
  decltype(&curl_easy_perform) easy_perform = nullptr;
  decltype(&curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&curl_easy_reset) easy_reset = nullptr;
  decltype(&curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&curl_easy_strerror) easy_strerror = nullptr;
  decltype(&curl_slist_append) slist_append = nullptr;
  decltype(&curl_slist_free_all) slist_free_all = nullptr;
};

/// Loads and initialises it; a library that was loaded stays. From one thread at a time. kHost
/// "no_libcurl" when the machine has none, with the package that brings it.
base::Result<CurlLibrary> LoadCurl();

}  // namespace odu::forge
