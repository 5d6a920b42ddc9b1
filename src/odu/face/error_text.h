#pragma once

#include <string>

#include "base/error.h"

namespace odu::face {

/// An error as people are shown it: `odu: <message>` and the hint, indented, each line sanitised. A
/// message that begins with a place in a file (`justfile:12:9: …`) has no `odu:` before it, so that
/// editors find the place.
std::string ErrorText(const base::Error& error);

/// An error as programs are given it, one line:
/// `{"error":{"code":…,"message":…,"hint":…}}`; the hint is left out when there is none.
std::string ErrorJson(const base::Error& error);

/// The same error with the command's name before its message, unless it begins with a place or with
/// that name already.
base::Error InCommand(const base::Error& error, std::string_view command);

}  // namespace odu::face
