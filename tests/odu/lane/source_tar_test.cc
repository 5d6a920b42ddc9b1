#include "odu/lane/source_tar.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "os/file_system.h"
#include "support/cli.h"
#include "support/git_repo.h"

namespace odu::lane {
namespace {

/// An archive written by hand, as nobody honest would.
class Tar {
 public:
  Tar& Entry(char type, std::string_view name, std::string_view bytes = {},
             std::string_view target = {}) {
    std::string block(512, '\0');
    block.replace(0, name.size(), name);
    Octal(block, 100, 8, 0644);
    Octal(block, 108, 8, 0);
    Octal(block, 116, 8, 0);
    Octal(block, 124, 12, bytes.size());
    Octal(block, 136, 12, 0);
    block[156] = type;
    block.replace(157, target.size(), target);
    block.replace(257, 8, std::string_view("ustar\00000", 8));
    return Raw(std::move(block), bytes);
  }
  Tar& Raw(std::string block, std::string_view bytes = {}) {
    block.replace(148, 8, "        ");
    unsigned sum = 0;
    for (const char c : block) {
      sum += static_cast<unsigned char>(c);
    }
    char text[9];
    std::snprintf(text, sizeof(text), "%06o", sum);
    block.replace(148, 7, text, 7);
    text_ += block;
    text_ += bytes;
    text_.resize((text_.size() + 511) / 512 * 512, '\0');
    return *this;
  }
  static std::string Record(const std::string& key, const std::string& value) {
    for (size_t length = key.size() + value.size() + 4;; ++length) {
      std::string record = std::to_string(length) + " " + key + "=" + value + "\n";
      if (record.size() == length) {
        return record;
      }
    }
  }
  static void Octal(std::string& block, size_t at, size_t length, uint64_t value) {
    char text[24];
    std::snprintf(text, sizeof(text), "%0*llo", static_cast<int>(length - 1),
                  static_cast<unsigned long long>(value));
    block.replace(at, length, text, length);
  }
  std::string Ended() const { return text_ + std::string(1024, '\0'); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

base::Result<TarListing> List(const std::string& bytes, TarLimits limits = {}) {
  return ListTar(
      [&bytes](uint64_t offset, std::span<char> buffer) -> base::Result<size_t> {
        if (offset >= bytes.size()) {
          return size_t{0};
        }
        const size_t got = std::min<uint64_t>(buffer.size(), bytes.size() - offset);
        std::memcpy(buffer.data(), bytes.data() + offset, got);
        return got;
      },
      limits);
}

std::string Said(const Tar& tar) {
  const auto listed = List(tar.Ended());
  return listed ? "fine" : listed.error().message();
}

TEST(SourceTar, ListsWhatGitArchives) {
  const support::TempDir dir;
  const support::GitRepo repo;
  const std::string deep =
      std::string(120, 'd') + "/" + std::string(130, 'e') + "/" + std::string(90, 'f');
  repo.Write("file", "words\n");
  repo.Write("run", "#!/bin/sh\n", 0755);
  repo.Write(deep, "far\n");
  repo.Write("name with\ttab", "x");
  ASSERT_EQ(::symlink("/etc/passwd", (repo.path() + "/link").c_str()), 0);
  ASSERT_EQ(::symlink(std::string(150, 't').c_str(), (repo.path() + "/long").c_str()), 0);
  const std::string sha = repo.Commit();
  repo.Git({"archive", "--format=tar", "--output=" + (dir / "tar"), sha});
  const auto listed = ListTarFile(dir / "tar");
  ASSERT_TRUE(listed) << listed.error().message();
  EXPECT_EQ(listed->commit, sha);
  const auto find = [&](const std::string& path) {
    return std::ranges::find(listed->entries, path, &TarEntry::path);
  };
  ASSERT_NE(find(deep), listed->entries.end());
  EXPECT_EQ(find(deep)->size, 4U);
  EXPECT_EQ(find("link")->kind, TarKind::kSymlink);
  EXPECT_EQ(find("link")->target, "/etc/passwd");
  EXPECT_EQ(find("long")->target, std::string(150, 't'));

  ASSERT_TRUE(os::MakeDirs(dir / "out"));
  support::CliCall unpack;
  unpack.argv = {"tar", "-xof", dir / "tar", "-C", dir / "out"};
  ASSERT_EQ(support::RunCli(unpack).exit_code, 0);
  EXPECT_TRUE(CheckUnpacked(*listed, dir / "out"));
  ASSERT_TRUE(os::RemoveTree(dir / "out/link"));
  EXPECT_FALSE(CheckUnpacked(*listed, dir / "out"));
}

TEST(SourceTar, WhatLeavesTheFolderIsRefused) {
  for (const char* path :
       {"../x", "/etc/x", "a/../../x", "a/..", "..", ".", "./x", "a//b", "a/./b", ""}) {
    EXPECT_NE(Said(Tar().Entry('0', path, "x")), "fine") << path;
    EXPECT_NE(Said(Tar().Entry('x', "h", Tar::Record("path", path)).Entry('0', "good", "x")),
              "fine")
        << path;
  }
  EXPECT_EQ(Said(Tar().Entry('0', "../x", "x")), "tar: '../x' leaves the folder");
}

TEST(SourceTar, NothingIsWrittenThroughASymlinkOfItsOwn) {
  EXPECT_EQ(Said(Tar().Entry('2', "a", {}, "/etc").Entry('0', "a/passwd", "x")),
            "tar: 'a/passwd' lies below something that is no directory");
  EXPECT_EQ(Said(Tar().Entry('2', "a", {}, "/etc/passwd").Entry('0', "a", "x")),
            "tar: 'a' is in it twice");
  EXPECT_EQ(Said(Tar().Entry('0', "a/b", "x").Entry('2', "a", {}, "/etc").Entry('0', "a/c", "x")),
            "tar: 'a' is in it twice");
  EXPECT_EQ(Said(Tar().Entry('5', "a/").Entry('2', "a", {}, "/etc")), "tar: 'a' is in it twice");
  EXPECT_EQ(Said(Tar().Entry('5', "a/").Entry('0', "a/b", "x").Entry('2', "l", {}, "/etc")),
            "fine");
}

TEST(SourceTar, OnlyFilesDirectoriesAndSymlinksAreTaken) {
  for (const char type : {'1', '3', '4', '6', '7', 'L', 'K', 'S', 'D', 'V'}) {
    EXPECT_NE(Said(Tar().Entry(type, "a", {}, "b")), "fine") << type;
  }
  EXPECT_NE(Said(Tar().Entry('5', "a/", "bytes")), "fine");
}

TEST(SourceTar, WhatTwoReadersCouldReadDifferentlyIsRefused) {
  EXPECT_NE(Said(Tar().Entry('x', "h", Tar::Record("size", "5")).Entry('0', "a", "x")), "fine");
  EXPECT_NE(Said(Tar().Entry('g', "h", Tar::Record("path", "b")).Entry('0', "a", "x")), "fine");
  EXPECT_NE(Said(Tar().Entry('x', "h", Tar::Record("GNU.sparse.name", "b")).Entry('0', "a", "x")),
            "fine");
  EXPECT_NE(Said(Tar().Entry('x', "h", "99 path=b\n").Entry('0', "a", "x")), "fine");
  EXPECT_NE(Said(Tar().Entry('x', "h", "nonsense").Entry('0', "a", "x")), "fine");
  // A size in base 256.
  std::string block = Tar().Entry('0', "a").text();
  block.replace(124, 12, std::string("\x80\0\0\0\0\0\0\0\0\0\0\5", 12));
  EXPECT_NE(Said(Tar().Raw(block, "12345")), "fine");
  // Something behind the end.
  const std::string two = Tar().Entry('0', "a", "x").Ended() + Tar().Entry('0', "b", "x").Ended();
  EXPECT_FALSE(List(two));
}

TEST(SourceTar, OneThatIsCutOffOrSpoiltAnywhereIsRefused) {
  const std::string whole = Tar()
                                .Entry('x', "h", Tar::Record("path", "d/a"))
                                .Entry('0', "a", "some bytes")
                                .Entry('2', "l", {}, "d/a")
                                .Ended();
  ASSERT_TRUE(List(whole));
  for (size_t length = 0; length < whole.size(); length += 13) {
    EXPECT_FALSE(List(whole.substr(0, length))) << length;
  }
  std::string spoilt = whole;
  spoilt[1024] ^= 1;
  EXPECT_FALSE(List(spoilt));
}

TEST(SourceTar, LimitsHold) {
  TarLimits limits;
  limits.entries = 2;
  EXPECT_TRUE(List(Tar().Entry('0', "a").Entry('0', "b").Ended(), limits));
  EXPECT_FALSE(List(Tar().Entry('0', "a").Entry('0', "b").Entry('0', "c").Ended(), limits));
}

}  // namespace
}  // namespace odu::lane
