#include "odu/plan/source_file.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace odu::plan {
namespace {

std::string Text(std::string_view text, Span span) {
  return std::string(text.substr(span.begin, span.end - span.begin));
}

/// `[attributes] name: dependencies` a line.
std::string Recipes(std::string_view text) {
  std::string out;
  for (const SourceRecipe& recipe : ScanSource(text).recipes) {
    for (const SourceAttributeList& list : recipe.attributes) {
      out += "[";
      for (const SourceAttribute& entry : list.entries) {
        out += fmt::format("{}={} ", entry.name, Text(text, entry.span));
      }
      out += "] ";
    }
    EXPECT_EQ(Text(text, recipe.span), recipe.name);
    out += recipe.name + ":";
    for (const SourceDependency& dependency : recipe.dependencies) {
      out += " " + dependency.path;
      EXPECT_EQ(Text(text, dependency.span), dependency.path);
    }
    out += "\n";
  }
  return out;
}

TEST(ScanSource, FindsRecipesWithTheirAttributesAndDependencies) {
  EXPECT_EQ(
      Recipes("[linux]\n[private, metadata(\"ci\", 'x')]\n@ci a=\"x)\": b (c::d \"e\" + f) && g\n"
              "  echo\n[group: \"a]b\"]\nb *x:\n"),
      "[linux=linux ] [private=private metadata=metadata(\"ci\", 'x') ] ci: b c::d g\n"
      "[group=group: \"a]b\" ] b:\n");
}

TEST(ScanSource, TakesNoAssignmentForARecipe) {
  EXPECT_EQ(Recipes("set shell := ['a', 'b']\nset export\nexport x := 'a:b'\nalias a := b\n"
                    "x := if a == ':' { 'b' } else { 'c' }\nmod m\nimport 'x'\nmod:\nset y:\n"),
            "mod:\nset:\n");
}

TEST(ScanSource, FindsImportsModulesAndAliases) {
  const std::string text =
      "import 'a.just'\nimport? \"b.just\"\nimport x'$C'\nmod m\nmod? n 'o/p.just'\n"
      "[doc('x')]\nmod q x'~/q'\nalias r := s::t\n";
  const SourceFile scan = ScanSource(text);
  ASSERT_EQ(scan.imports.size(), 3U);
  EXPECT_EQ(scan.imports[0].path, "a.just");
  EXPECT_EQ(Text(text, scan.imports[0].path_span), "'a.just'");
  EXPECT_EQ(scan.imports[1].path, "b.just");
  EXPECT_TRUE(scan.imports[2].opaque);
  ASSERT_EQ(scan.modules.size(), 3U);
  EXPECT_EQ(scan.modules[0].module, "m");
  EXPECT_EQ(scan.modules[0].path, std::nullopt);
  EXPECT_EQ(scan.modules[1].module, "n");
  EXPECT_EQ(scan.modules[1].path, "o/p.just");
  EXPECT_EQ(scan.modules[2].module, "q");
  EXPECT_TRUE(scan.modules[2].opaque);
  EXPECT_EQ(scan.aliases, (std::vector<SourceAlias>{{"r", "s::t"}}));
}

TEST(ScanSource, KeepsAttributesFromTheNextItem) {
  EXPECT_EQ(Recipes("[private]\nx := 'a'\na:\n[linux]\nmod m\nb:\n"), "a:\nb:\n");
}

TEST(ScanSource, LeavesOutWhatJustRefuses) {
  EXPECT_EQ(Recipes(": x\n[\n"), "");
  EXPECT_EQ(Recipes("[linux\na: ((\n"), "");
  EXPECT_EQ(Recipes("a: (\n"), "a:\n");
  EXPECT_EQ(Recipes("[]\na:\n"), "[] a:\n");
}

}  // namespace
}  // namespace odu::plan
