#include "faults/sim_files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>

namespace odu::faults {

std::vector<HeldFile> FilesHeldBelow(const std::string& folder, const std::string& except) {
  std::vector<HeldFile> files;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    HeldFile file;
    const std::string name = entry.path().filename();
    std::from_chars(name.data(), name.data() + name.size(), file.fd);
    std::array<char, 4096> target{};
    const ssize_t length = readlink(entry.path().c_str(), target.data(), target.size());
    file.path = std::string(target.data(), length > 0 ? static_cast<size_t>(length) : 0);
    const bool below = file.path.starts_with(folder + "/") &&
                       (except.empty() || !file.path.starts_with(except + "/"));
    const int flags = fcntl(file.fd, F_GETFL);
    struct stat status{};
    if (below && flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && fstat(file.fd, &status) == 0 &&
        S_ISREG(status.st_mode)) {
      file.size = static_cast<uint64_t>(status.st_size);
      files.push_back(std::move(file));
    }
  }
  return files;
}

void TakeAway(const std::vector<HeldFile>& files) {
  for (const HeldFile& file : files) {
    const int nowhere = memfd_create("dead", MFD_CLOEXEC);
    if (nowhere < 0 || dup3(nowhere, file.fd, O_CLOEXEC) < 0) {
      std::perror("a dead process's file");
      std::abort();
    }
    close(nowhere);
  }
}

Hidden::Hidden(std::string folder) : folder_(std::move(folder)) {
  std::filesystem::rename(folder_, folder_ + ".hidden");
}

Hidden::~Hidden() {
  // What was made in its place while nobody should have made anything goes.
  std::filesystem::remove_all(folder_);
  std::filesystem::rename(folder_ + ".hidden", folder_);
}

}  // namespace odu::faults
