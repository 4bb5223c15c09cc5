// SPDX-License-Identifier: GPL-2.0-only
// linux-uml as a candidate: the panthor driver of a kernel tree, unmodified, in a User-Mode Linux
// process whose GPU is our machine. Each Program gets a fresh kernel. Leaves out how trees are
// built (kernel.sh does) and how cases are compared.
// Source: design.md section 7, row linux-uml.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sut-adapters/contract/coverage.h"
#include "sut-adapters/contract/program.h"
#include "sut-adapters/contract/sut.h"

namespace protm::uml {

/// A kernel that `./protm kernel build` made.
struct Kernel {
  std::string folder;
  std::string name;     ///< "debian-6.12"
  std::string release;  ///< "6.12.117-protm"
  std::string flavour;
  std::string profile;  ///< of the reference; empty = the 7.x base
  std::uint32_t capabilities = 0;
  std::uint32_t query_protected_info = 0;  ///< the tree's number of that query; 0 = it has none
  std::string flag_names = {};  ///< "posted", "reviewed" or "other" (UAPI-16); empty = has no flags
  bool endpoint_req2 = false;  ///< the driver knows firmware with a 64-bit endpoint request
  bool pwr_control = false;  ///< the driver knows GPUs that switch power through PWR_CONTROL
};

/// Reads the description in `folder`. Errors: `problem` says what is wrong with it.
[[nodiscard]] Kernel read_kernel(const std::string& folder, std::string& problem);
/// Builds (or finds) the kernel of a tree through `./protm kernel build`, which says on stderr what
/// it does; a folder that this command printed is taken as it is. `root` is the clone. Behind the
/// tree may stand options of that command: "debian-7.x+kasan+lockdep".
/// Errors: `problem` says that it failed; why is on stderr.
[[nodiscard]] Kernel find_kernel(const std::string& root, std::string_view tree,
                                 std::string& problem);

/// Why the kernel cannot run the Program; empty when it can.
[[nodiscard]] std::string cannot_run(const Kernel& kernel, const contract::Program& program);

/// Path of libprotm-rig.so in the build tree of the running program; empty when it is not there.
[[nodiscard]] std::string rig_path();
/// Idle time costs nothing: only a kernel that spins needs longer than this.
inline constexpr std::uint32_t kHostLimitSeconds = 60;
/// A kernel as a candidate, and the coverage of its last run where it was built to count it.
struct Running {
  std::shared_ptr<contract::ProgramSut> sut;
  std::shared_ptr<const contract::Coverage> coverage;  ///< null: not counted
};
/// `rig` is the path of libprotm-rig.so.
[[nodiscard]] Running make_linux_uml(Kernel kernel, std::string rig,
                                     std::uint32_t limit_s = kHostLimitSeconds);

}  // namespace protm::uml
