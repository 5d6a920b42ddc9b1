#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

/// The words that agents are given.
namespace odu::agent {

/// The `next` of an error: the call that helps; empty when none is known.
std::string AdviceFor(std::string_view tool, const base::Error& error);

/// What a model is told before its first call.
std::string_view Instructions();

/// `odu skill`: a text for hosts that read skills, in Markdown.
std::string_view Skill();

}  // namespace odu::agent
