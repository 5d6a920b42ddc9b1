#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "provision/local_sshd.h"

namespace odu::faults {

/// Another machine, as far as a run can tell: a home of its own below `root`, reached by a command
/// or by ssh through a real sshd; a way there that can be cut, and a clock that can jump in what is
/// heard of it. What lives there is killed with it.
class FarHost {
 public:
  /// The platform that it runs: this machine's other one.
  static constexpr const char* kPlatform = "i686-linux";

  /// `clock`: its clock may jump, at the cost of a filter on the way.
  FarHost(std::string root, bool over_ssh, bool clock, int time_scale);
  ~FarHost();
  FarHost(const FarHost&) = delete;
  FarHost& operator=(const FarHost&) = delete;

  /// The hosts file that names it.
  std::string hosts_file() const { return root_ + "/hosts.json"; }
  const std::string& home() const { return home_; }
  std::string LaneFolder(const std::string& run_id) const;
  std::string WorkTree(const std::string& run_id) const;
  /// The lane's process; 0 when there is none.
  pid_t LanePid(const std::string& run_id) const;
  /// All that runs there.
  std::vector<pid_t> Processes() const;

  /// Ends every connection; none can be made until Mend(). The lane is left alone.
  void Cut(const std::string& run_id);
  void Mend();
  /// From now on its clock is so far ahead.
  void JumpClock(int64_t ms) const;

 private:
  std::string root_;
  std::string home_;
  std::unique_ptr<provision::LocalSshd> sshd_;
};

}  // namespace odu::faults
