#include "odu/plan/systems.h"

#include <gtest/gtest.h>

#include "odu/plan/just_repo.h"

namespace odu::plan {
namespace {

std::string Rewritten(std::string_view text, std::string_view system) {
  return RewrittenFor(text, ScanSource(text), system);
}

TEST(SystemOf, SpeaksJustsWords) {
  EXPECT_EQ(SystemOf("x86_64-linux"), "linux");
  EXPECT_EQ(SystemOf("aarch64-darwin"), "macos");
  EXPECT_EQ(SystemOf("x86_64-freebsd13"), "freebsd");
  EXPECT_EQ(SystemOf("x86_64-windows"), "windows");
  EXPECT_EQ(SystemOf("x86_64-cygwin"), "windows");
  EXPECT_EQ(SystemOf("x86_64-solaris"), "solaris");
}

TEST(RewrittenFor, EnablesOneSystemAndKeepsLineNumbers) {
  const std::string text =
      "[linux]\na:\n[private, macos]\na:\n[linux, macos]\n[doc('x')]\nb:\n[\n  macos,\n  "
      "group('g')\n]\nc:\n[unix]\n[windows]\nd:\ne:\n";
  EXPECT_EQ(Rewritten(text, "macos"),
            "[windows]\na:\n[private]\na:\n\n[doc('x')]\nb:\n[group('g')\n\n\n]\nc:\n\n\nd:\ne:\n");
  EXPECT_EQ(Rewritten(text, "linux"),
            "\na:\n[windows, private]\na:\n\n[doc('x')]\nb:\n[windows, group('g')\n\n\n]\nc:\n"
            "\n\nd:\ne:\n");
}

TEST(RewrittenFor, GivesTheWindowsAttributeOnlyOnce) {
  EXPECT_EQ(Rewritten("[linux]\n[windows]\na:\n", "macos"), "[windows]\n\na:\n");
}

TEST(RewrittenFor, LeavesAlikeTextAlone) {
  const std::string text = "x := '''\n[linux]\na:\n'''\n# [linux]\nb:\n  [linux]\n";
  EXPECT_EQ(Rewritten(text, "macos"), text);
}

/// The names that just itself offers of a justfile on this machine.
std::vector<std::string> Offered(std::string_view text) {
  std::vector<std::string> out;
  for (const Recipe& recipe : JustRepo(text).Dump().recipes) {
    out.push_back(recipe.name);
  }
  return out;
}

TEST(RewrittenFor, MakesJustOfferWhatItWouldOfferThere) {
  std::string text;
  std::vector<std::string> systems{"linux", "macos", "unix", "windows", "freebsd"};
  for (const std::string& first : systems) {
    for (const std::string& second : systems) {
      if (first != second) {
        text += "[" + first + "]\n[no-cd, " + second + "]\nr-" + first + "-" + second + ":\n";
      }
    }
    text += "[" + first + "]\nr-" + first + ":\n  echo\n";
  }
  for (const std::string system : {"linux", "macos", "freebsd", "windows"}) {
    std::vector<std::string> expected;
    for (const SourceRecipe& recipe : ScanSource(text).recipes) {
      const bool covered = recipe.name.find("-" + system) != std::string::npos ||
                           (system != "windows" && recipe.name.find("-unix") != std::string::npos);
      if (covered) {
        expected.push_back(recipe.name);
      }
    }
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(Offered(Rewritten(text, system)), expected) << system;
  }
}

TEST(TiedSystems, ReadsAsAList) {
  const SourceFile scan = ScanSource("[linux]\n[macos]\na:\n[windows, linux, macos]\nb:\nc:\n");
  EXPECT_EQ(TiedSystems(scan.recipes[0]), "linux and macos");
  EXPECT_EQ(TiedSystems(scan.recipes[1]), "linux, macos and windows");
  EXPECT_EQ(TiedSystems(scan.recipes[2]), "");
  EXPECT_FALSE(IsTiedToSystems(scan.recipes[2]));
}

}  // namespace
}  // namespace odu::plan
