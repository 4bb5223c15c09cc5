// SPDX-License-Identifier: GPL-2.0-only
// How a UML process' end becomes an outcome, with a stand-in for the kernel; what a description of
// a kernel says. The real kernel is run by the slow test.
#include "sut-adapters/linux-uml/linux_uml.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "sut-adapters/contract/capability.h"
#include "sut-adapters/contract/op_table.h"

using namespace protm;
using contract::Capability;
using contract::RecordKind;
using contract::RunEnd;

namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    char name[] = "/tmp/protm-uml-test-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string path() const { return path_; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ + "/" + name) << text;
  }

 private:
  std::string path_;
};

contract::Trace run(const char* word, std::uint32_t limit_s = 60) {
  const Folder folder;
  fs::create_symlink(fs::read_symlink("/proc/self/exe").parent_path() / "protm_uml_dummy",
                     folder.path() + "/linux");
  const uml::Kernel kernel{.folder = folder.path(),
                           .name = "dummy",
                           .release = "0",
                           .flavour = "plain",
                           .profile = {}};
  return uml::make_linux_uml(kernel, word, limit_s).sut->run(
      contract::Program{}, contract::TraceDetail::normal);
}

}  // namespace

TEST_CASE("linux-uml: a run that took its end state is complete") {
  const contract::Trace trace = run("complete");
  CHECK(trace.end == RunEnd::completed);
  CHECK(trace.records.size() == 2);
}

TEST_CASE("linux-uml: a process that dies by a signal after T = 0 is sut_crash") {
  const contract::Trace trace = run("crash");
  CHECK(trace.end == RunEnd::stopped);
  REQUIRE(trace.records.size() == 2);
  CHECK(trace.records.back().kind == RecordKind::sut_crash);
  CHECK(trace.records.back().time_ns == 5);
}

TEST_CASE("linux-uml: a kernel that powers off before the end state is sut_protocol") {
  const contract::Trace trace = run("power-off");
  CHECK(trace.end == RunEnd::stopped);
  CHECK(trace.records.back().kind == RecordKind::sut_protocol);
}

TEST_CASE("linux-uml: a panic explains itself") {
  const contract::Trace trace = run("panic");
  CHECK(trace.end == RunEnd::stopped);
  CHECK(trace.records.back().kind == RecordKind::kernel_oops);
  CHECK(trace.text(trace.records.back().text) == "panic Kernel mode fault");
}

TEST_CASE("linux-uml: what never gets to T = 0 did not start, and the console says why") {
  const contract::Trace trace = run("no-boot");
  CHECK(trace.end == RunEnd::not_started);
  CHECK(trace.why.find("booting") != std::string::npos);
}

TEST_CASE("linux-uml: the host-time limit keeps what was seen, and is no verdict") {
  const contract::Trace trace = run("hang", 1);
  CHECK(trace.end == RunEnd::host_limit);
  CHECK(trace.why == "host-time limit of 1 s");
  CHECK(trace.records.size() == 1);
}

TEST_CASE("read_kernel: takes what the description says, and refuses what is none") {
  const Folder folder;
  std::string problem;
  CHECK(uml::read_kernel(folder.path(), problem).capabilities == 0);
  CHECK(problem == "'" + folder.path() + "' holds no kernel of this program");
  folder.write("info",
               "name my tree\nrelease 6.12.1-x\nflavour kasan lockdep\n"
               "capabilities panthor vm_bind\nprofile linux-6.12\nflag_names reviewed\n");
  problem.clear();
  const uml::Kernel kernel = uml::read_kernel(folder.path(), problem);
  CHECK(problem.empty());
  CHECK(kernel.name == "my tree");
  CHECK(kernel.release == "6.12.1-x");
  CHECK(kernel.flavour == "kasan lockdep");
  CHECK(kernel.capabilities == (Capability::panthor | Capability::vm_bind));
  CHECK(kernel.profile == "linux-6.12");
  CHECK(kernel.flag_names == "reviewed");
  CHECK(!kernel.pwr_control);
}

TEST_CASE("find_kernel: a folder that holds a built kernel is taken as it is") {
  const Folder folder;
  folder.write("info", "name x\nrelease 1\nflavour kasan\ncapabilities panthor\n");
  folder.write("linux", "");
  std::string problem;
  const uml::Kernel kernel = uml::find_kernel("/no/such/clone", folder.path(), problem);
  CHECK(problem.empty());
  CHECK(kernel.folder == folder.path());
  CHECK(kernel.flavour == "kasan");
}

TEST_CASE("cannot_run: a failing Host call and an unknown machine are named") {
  const uml::Kernel kernel;
  contract::Program p;
  p.id = "area/area-001-case";
  CHECK(uml::cannot_run(kernel, p).empty());
  p.machine.gpu_id |= 0xe0000000;
  CHECK(uml::cannot_run(kernel, p) ==
        "needs PWR_CONTROL of arch10-fw1, which this driver does not know");
  p = contract::Program{};
  p.id = "area/area-001-case";
  p.machine = *vocab::config_by_name("arch13-fw4");
  CHECK(uml::cannot_run(kernel, p) ==
        "needs the 64-bit endpoint request of arch13-fw4, which this driver does not know");
  p = contract::Program{};
  p.faults.resize(1);
  p.faults[0].host = true;
  p.faults[0].call.call = "alloc";
  CHECK(uml::cannot_run(kernel, p) ==
        "needs a failing 'alloc', which cannot be arranged in a real kernel yet");
}

TEST_CASE("cannot_run: the agent makes no call that is announced and not posted") {
  const uml::Kernel kernel;
  contract::Program p;
  p.id = "area/area-001-case";
  const contract::NodeInfo& init = contract::node_info(contract::NodeType::protm_init);
  p.steps.resize(1);
  p.steps[0].op = {.type = static_cast<std::uint16_t>(contract::NodeType::protm_init),
                   .fields = std::vector<contract::Value>(init.fields.size())};
  CHECK(uml::cannot_run(kernel, p).starts_with("needs PROTM_INIT"));
  uml::Kernel posted;
  posted.capabilities = static_cast<std::uint32_t>(Capability::user_buffers);
  CHECK(uml::cannot_run(posted, p).empty());
}
