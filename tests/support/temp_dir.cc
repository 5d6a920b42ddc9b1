#include "support/temp_dir.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace support {
namespace {

[[noreturn]] void Die(const char* what, const std::string& path) {
  std::fprintf(stderr, "test support: %s %s\n", what, path.c_str());
  std::abort();
}

}  // namespace

TempDir::TempDir() {
  std::string name = (std::filesystem::temp_directory_path() / "odu-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    Die("cannot make", name);
  }
  path_ = std::filesystem::canonical(name).string();
}

TempDir::~TempDir() {
  // A test may leave directories that refuse to be emptied.
  std::error_code ignored;
  using std::filesystem::perms;
  std::filesystem::permissions(path_, perms::owner_all, ignored);
  for (std::filesystem::recursive_directory_iterator
           it(path_, std::filesystem::directory_options::skip_permission_denied, ignored),
       end;
       it != end; it.increment(ignored)) {
    if (it->is_directory(ignored) && !it->is_symlink(ignored)) {
      std::filesystem::permissions(it->path(), perms::owner_all, std::filesystem::perm_options::add,
                                   ignored);
    }
  }
  std::filesystem::remove_all(path_, ignored);
}

std::string TempDir::operator/(std::string_view name) const {
  return path_ + "/" + std::string(name);
}

std::string TempDir::Write(std::string_view name, std::string_view bytes, int mode) const {
  const std::string path = *this / name;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) {
    Die("cannot write", path);
  }
  std::filesystem::permissions(path, static_cast<std::filesystem::perms>(mode));
  return path;
}

std::string TempDir::Read(std::string_view name) const {
  std::ifstream in(*this / name, std::ios::binary);
  if (!in) {
    Die("cannot read", *this / name);
  }
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace support
