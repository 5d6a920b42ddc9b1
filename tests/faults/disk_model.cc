#include "faults/disk_model.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string_view>
#include <utility>

#include "base/sha256.h"
#include "os/file_system.h"

namespace odu::faults {

using Kind = DiskOp::Kind;

namespace {

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

void ApplyTo(std::string& content, const DiskOp& op) {
  if (op.kind == Kind::kTruncate) {
    content.resize(op.offset);
    return;
  }
  content.resize(std::max<size_t>(content.size(), op.offset + op.bytes.size()));
  content.replace(op.offset, op.bytes.size(), op.bytes);
}

/// The disk, and what is on the way to it.
class Disk {
 public:
  void Do(const DiskOp& op) {
    switch (op.kind) {
      case Kind::kWrite:
      case Kind::kTruncate:
        pending_.push_back(op);
        break;
      case Kind::kSync:
        SyncFile(op.file);
        break;
      case Kind::kSyncDir:
        SyncDir(op.path);
        break;
      case Kind::kMakeDir:
      case Kind::kCreate:
      case Kind::kRename:
      case Kind::kUnlink:
        names_pending_.push_back(op);
        break;
      case Kind::kPromise:
        break;
    }
  }

  size_t pending() const { return pending_.size(); }
  size_t names_pending() const { return names_pending_.size(); }
  const DiskOp& PendingAt(size_t index) const { return pending_[index]; }

  /// What is found with the first `names` names, and of the writes those that `write` returns,
  /// changed as it likes.
  DiskState Found(size_t names, const std::function<bool(size_t, DiskOp&)>& keeps) const {
    std::map<int, std::string> contents = durable_;
    for (size_t index = 0; index < pending_.size(); ++index) {
      DiskOp op = pending_[index];
      if (keeps(index, op)) {
        ApplyTo(contents[op.file], op);
      }
    }
    Names known = names_;
    for (size_t index = 0; index < names; ++index) {
      Name(known, names_pending_[index]);
    }
    DiskState state;
    for (const std::string& folder : known.folders) {
      if (Reachable(known, folder)) {
        state.folders.push_back(folder);
      }
    }
    for (const auto& [path, file] : known.files) {
      if (Reachable(known, path)) {
        const auto content = contents.find(file);
        state.files[path] = content != contents.end() ? content->second : std::string();
      }
    }
    return state;
  }

 private:
  struct Names {
    std::map<std::string, int> files;
    std::set<std::string> folders;
  };

  static bool Reachable(const Names& names, const std::string& path) {
    const std::string parent = ParentOf(path);
    return parent == "." || (names.folders.contains(parent) && Reachable(names, parent));
  }

  static void Name(Names& names, const DiskOp& op) {
    switch (op.kind) {
      case Kind::kMakeDir:
        names.folders.insert(op.path);
        break;
      case Kind::kCreate:
        names.files[op.path] = op.file;
        break;
      case Kind::kRename:
        if (const auto found = names.files.find(op.path); found != names.files.end()) {
          names.files[op.other] = found->second;
          names.files.erase(op.path);
        }
        break;
      case Kind::kUnlink:
        names.files.erase(op.path);
        break;
      default:
        break;
    }
  }

  void SyncFile(int file) {
    durable_.try_emplace(file);
    for (const DiskOp& op : pending_) {
      if (op.file == file) {
        ApplyTo(durable_[file], op);
      }
    }
    std::erase_if(pending_, [file](const DiskOp& op) { return op.file == file; });
  }

  void SyncDir(const std::string& folder) {
    const auto is_in = [&folder](const DiskOp& op) { return ParentOf(op.path) == folder; };
    for (const DiskOp& op : names_pending_) {
      if (is_in(op)) {
        Name(names_, op);
      }
    }
    std::erase_if(names_pending_, is_in);
  }

  std::map<int, std::string> durable_;
  std::vector<DiskOp> pending_;
  Names names_;
  std::vector<DiskOp> names_pending_;
};

/// The lengths at which a write of `size` bytes is torn.
std::vector<size_t> Tears(size_t size) {
  constexpr size_t kEach = 20;
  std::vector<size_t> tears;
  const size_t step = std::max<size_t>(1, size / kEach);
  for (size_t length = 1; length < size; length += step) {
    tears.push_back(length);
  }
  if (size > 1 && tears.back() != size - 1) {
    tears.push_back(size - 1);
  }
  return tears;
}

}  // namespace

void DiskState::PutAt(const std::string& root) const {
  static_cast<void>(os::MakeDirs(root).value());
  for (const std::string& folder : folders) {
    static_cast<void>(os::MakeDirs(root + "/" + folder).value());
  }
  for (const auto& [path, bytes] : files) {
    static_cast<void>(os::WriteFileAtomic(root + "/" + path, bytes).value());
  }
}

void ForEachLoss(const std::vector<DiskOp>& ops,
                 const std::function<void(const DiskState&, size_t promises)>& look) {
  Disk disk;
  size_t promises = 0;
  std::set<std::string> seen;
  const auto show = [&](const DiskState& state) {
    base::Sha256 hash;
    hash.Update(std::to_string(promises));
    for (const std::string& folder : state.folders) {
      hash.Update("/" + folder);
    }
    for (const auto& [path, bytes] : state.files) {
      hash.Update("\n" + path + " " + std::to_string(bytes.size()) + "\n");
      hash.Update(bytes);
    }
    if (seen.insert(hash.HexDigest()).second) {
      look(state, promises);
    }
  };
  for (const DiskOp& op : ops) {
    disk.Do(op);
    if (op.kind == Kind::kPromise) {
      promises = op.offset;
    }
    const auto all = [](size_t, DiskOp&) { return true; };
    const auto none = [](size_t, DiskOp&) { return false; };
    const size_t names = disk.names_pending();
    for (size_t kept = 0; kept <= names; ++kept) {
      show(disk.Found(kept, all));
      show(disk.Found(kept, none));
    }
    for (size_t chosen = 0; chosen < disk.pending(); ++chosen) {
      show(disk.Found(names, [chosen](size_t index, DiskOp&) { return index != chosen; }));
      show(disk.Found(names, [chosen](size_t index, DiskOp& write) {
        if (index == chosen) {
          std::ranges::fill(write.bytes, '\0');
        }
        return true;
      }));
      for (const size_t length : Tears(disk.PendingAt(chosen).bytes.size())) {
        show(disk.Found(names, [chosen, length](size_t index, DiskOp& write) {
          if (index == chosen) {
            write.bytes.resize(length);
          }
          return index <= chosen;
        }));
      }
    }
  }
}

}  // namespace odu::faults
