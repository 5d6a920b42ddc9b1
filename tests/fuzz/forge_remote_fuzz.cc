#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "odu/forge/forge_remote.h"

/// A remote's URL is whatever somebody configured; what is read from it goes into other URLs.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view url(reinterpret_cast<const char*>(data), size);
  const auto remote = odu::forge::ParseForgeRemote(url);
  if (remote) {
    for (const std::string* part : {&remote->host, &remote->owner, &remote->repository}) {
      if (part->empty() || *part == "." || *part == ".." ||
          part->find_first_of("/:@%?#\\ \n") != std::string::npos) {
        std::abort();
      }
    }
    const auto again = odu::forge::ParseForgeRemote("https://" + remote->host + "/" +
                                                    remote->owner + "/" + remote->repository);
    // A name that ends in .git twice loses one each time.
    if (!again && !remote->repository.ends_with(".git")) {
      std::abort();
    }
  }
  static_cast<void>(odu::forge::FindForge(url, url));
  return 0;
}
