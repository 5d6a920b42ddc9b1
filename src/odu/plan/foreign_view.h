#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "odu/plan/sources.h"

namespace odu::plan {

/// A copy of a justfile that shows this machine's just what just would see on another system.
///
/// just has no option for that, and its JSON dump leaves out the recipes of other systems. The text
/// dump keeps them, but it is of one file alone: imports and modules stay the statements that name
/// them [tried with just 1.50 and 1.58]. So the copy is made from the sources: each file rewritten
/// (see systems.h) and put side by side in a folder of its own, `import` and `mod` pointing there.
class ForeignView {
 public:
  /// Writes the copy below the system's temporary folder. Failure: those of the file system.
  static base::Result<ForeignView> Make(const Sources& sources, std::string_view system);

  ForeignView(ForeignView&& other) noexcept;
  ForeignView& operator=(ForeignView&&) = delete;
  /// Removes the copy.
  ~ForeignView();

  const std::string& folder() const { return folder_; }
  /// The root of the copy.
  std::string justfile() const;

  /// What just said of the copy, with the names of the originals.
  std::string WithOriginalNames(std::string text) const;

 private:
  ForeignView() = default;

  std::string folder_;
  std::vector<std::string> shown_;  ///< by index of the source
};

/// The text of `sources.files()[index]` as the copy has it, where file i is called `FileOfCopy(i)`.
std::string TextOfCopy(const Sources& sources, size_t index, std::string_view system,
                       const std::string& folder);

}  // namespace odu::plan
