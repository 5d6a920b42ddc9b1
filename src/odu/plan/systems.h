#pragma once

#include <string>
#include <string_view>

#include "odu/plan/source_file.h"

namespace odu::plan {

/// The operating system of a platform by the name that just's attributes use: `linux` for
/// x86_64-linux, `macos` for aarch64-darwin; the part after the '-' for one just has no word for.
std::string SystemOf(std::string_view platform);

/// True when a recipe has attributes that tie it to operating systems.
bool IsTiedToSystems(const SourceRecipe& recipe);

/// True when just offers this variant on `system`: it is tied to none, or to it ([unix] covers all
/// but windows).
bool IsEnabledOn(const SourceRecipe& recipe, std::string_view system);

/// The systems a recipe is tied to, for a message: "macos", "linux and macos".
std::string TiedSystems(const SourceRecipe& recipe);

/// `text` as this machine's just has to be given it so that it shows what it would show on
/// `system`: variants for `system` lose their system attributes, all others get [windows], which no
/// machine that runs odu is. Lines keep their numbers.
std::string RewrittenFor(std::string_view text, const SourceFile& scan, std::string_view system);

}  // namespace odu::plan
