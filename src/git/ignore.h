#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>

#include "git/repository.h"

namespace git {

/// True when the index holds `path` or anything below it.
boost::asio::awaitable<base::Result<bool>> IsTracked(Runner& runner, const Repository& repository,
                                                     std::string path);

/// Makes sure that `pattern` stands in `<common dir>/info/exclude`. Asks no process.
base::Result<void> AddExclude(const Repository& repository, std::string_view pattern);

}  // namespace git
