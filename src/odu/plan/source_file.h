#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odu::plan {

/// A stretch of a source text, in bytes.
struct Span {
  size_t begin = 0;
  size_t end = 0;

  bool operator==(const Span&) const = default;
};

/// One entry of an attribute list, such as `linux` or `group("x")` of `[linux, group("x")]`.
struct SourceAttribute {
  std::string name;
  /// The name with its arguments.
  Span span;

  bool operator==(const SourceAttribute&) const = default;
};

/// `[…]` above a recipe.
struct SourceAttributeList {
  /// With the brackets.
  Span span;
  std::vector<SourceAttribute> entries;

  bool operator==(const SourceAttributeList&) const = default;
};

/// A dependency as the header of a recipe writes it: `build`, `ci::lint`, `(build "debug")`.
struct SourceDependency {
  std::string path;
  Span span;

  bool operator==(const SourceDependency&) const = default;
};

/// One recipe header. Variants for several systems are recipes of the same name.
struct SourceRecipe {
  std::string name;
  Span span;
  std::vector<SourceAttributeList> attributes;
  std::vector<SourceDependency> dependencies;

  bool operator==(const SourceRecipe&) const = default;
};

/// An `import` or `mod` statement.
struct SourceReference {
  /// Of the module; empty for an import.
  std::string module;
  Span module_span;
  /// The file or folder named; nothing when a `mod` names none, or when the string is one whose
  /// value only just knows (x'…').
  std::optional<std::string> path;
  /// Of the string; empty when there is none.
  Span path_span;
  /// True when there is a path whose value only just knows.
  bool opaque = false;

  bool operator==(const SourceReference&) const = default;
};

/// `alias name := target`.
struct SourceAlias {
  std::string name;
  std::string target;

  bool operator==(const SourceAlias&) const = default;
};

/// What one justfile says at its top level, as far as a plan needs it beyond just's own dump.
struct SourceFile {
  std::vector<SourceRecipe> recipes;
  std::vector<SourceReference> imports;
  std::vector<SourceReference> modules;
  std::vector<SourceAlias> aliases;

  bool operator==(const SourceFile&) const = default;
};

/// Reads a justfile's text, in time linear in its size. Never fails: what just itself would refuse
/// is left out, for just to say.
SourceFile ScanSource(std::string_view text);

}  // namespace odu::plan
