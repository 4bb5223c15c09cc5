// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/linux-uml/linux_uml.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "gpu-model/vocab/fw_interface.h"
#include "gpu-model/vocab/regs/pwr_control.h"
#include "gpu-model/vocab/uapi.h"
#include "sut-adapters/contract/capability.h"
#include "sut-adapters/contract/needs.h"
#include "sut-adapters/contract/op_table.h"
#include "sut-adapters/contract/trace_reading.h"
#include "sut-adapters/linux-uml/child.h"
#include "sut-adapters/linux-uml/edges.h"
#include "sut-adapters/linux-uml/run_file.h"

namespace protm::uml {
namespace {

using contract::Capability;
using contract::NodeType;
using contract::Record;
using contract::RecordKind;
using contract::RunEnd;
using contract::Trace;

/// Options of a build, as they may stand behind a tree's name.
constexpr std::array<std::string_view, 3> kFlavours{"+kasan", "+lockdep", "+kmemleak"};

/// The one call that our own code in the kernel answers (glue/heap.c).
constexpr std::string_view kProviderCall = "heap_alloc";

std::string shell_quoted(std::string_view word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// The last lines of a console, for people.
std::string last_lines(const std::string& console, int lines) {
  std::size_t at = console.size();
  while (lines-- > 0 && at != 0) {
    const std::size_t end = console.rfind('\n', at - 1);
    if (end == std::string::npos) return console;
    at = end;
  }
  return console.substr(at);
}

class LinuxUml final : public contract::ProgramSut {
 public:
  LinuxUml(Kernel kernel, std::string rig, std::uint32_t limit_s, std::shared_ptr<Edges> edges)
      : kernel_(std::move(kernel)),
        rig_(std::move(rig)),
        limit_s_(limit_s),
        edges_(std::move(edges)) {}

  [[nodiscard]] contract::SutInfo info() const override {
    return {"linux-uml", kernel_.release, kernel_.capabilities};
  }

  Trace run(const contract::Program& program, contract::TraceDetail detail) override {
    const bool full = detail == contract::TraceDetail::register_access;
    const RunFile file(program, RunPlan{.capabilities = kernel_.capabilities,
                                        .full_trace = full ? 1u : 0u,
                                        .looks_for_leaks = looks_for_leaks() ? 1u : 0u,
                                        .query_protected_info = kernel_.query_protected_info,
                                        .cover_bytes = edges_ ? edges_->text_bytes() : 0});
    const char* const tree = program.machine.coherent != 0 ? "/coherent.dtb" : "/plain.dtb";
    const std::string run_path = "/proc/self/fd/" + std::to_string(kInherited);
    ChildPlan plan;
    plan.program = kernel_.folder + "/linux";
    plan.inherited = file.descriptor();
    plan.limit_s = limit_s_;
    plan.arguments = {"mem=256M",
                      "initrd=" + kernel_.folder + "/initrd.cpio",
                      "dtb=" + kernel_.folder + tree,
                      "protm=" + rig_ + "," + run_path,
                      "time-travel=inf-cpu",
                      "norandmaps",
                      "panic=-1",
                      "uml_dir=/dev/null/",
                      "con=null",
                      "con0=null,fd:1"};
    if (looks_for_leaks()) plan.arguments.emplace_back("kmemleak.verbose=1");
    if (program.heap_param_set && contract::has(kernel_.capabilities, Capability::protm)) {
      plan.arguments.push_back("panthor.protected_heap_name=" + program.heap_param);
    }
    const ChildResult child = run_child(plan);
    keep_console(child.console);
    if (edges_) edges_->take(file.cover());
    return finished(file, child);
  }

 private:
  [[nodiscard]] bool looks_for_leaks() const {
    return kernel_.flavour.find("kmemleak") != std::string::npos;
  }

  /// For people: what the kernel printed, boot included, where $PROTM_UML_CONSOLE says.
  static void keep_console(const std::string& text) {
    const char* const path = std::getenv("PROTM_UML_CONSOLE");
    if (path != nullptr) std::ofstream(path) << text;
  }

  static Trace not_started(std::string why) {
    Trace trace;
    trace.end = RunEnd::not_started;
    trace.why = std::move(why);
    return trace;
  }

  static void add(Trace& trace, RecordKind kind, std::string words) {
    trace.texts.push_back(std::move(words));
    const std::uint64_t at = trace.records.empty() ? 0 : trace.records.back().time_ns;
    trace.records.push_back(
        Record{.time_ns = at,
               .kind = kind,
               .text = static_cast<contract::TextId>(trace.texts.size() - 1)});
    trace.end = RunEnd::stopped;
  }

  static bool crashed(const Trace& trace) {
    for (const Record& r : trace.records) {
      if (r.kind == RecordKind::kernel_oops) return true;
    }
    return false;
  }

  /// What the run file and the process' end say together.
  [[nodiscard]] Trace finished(const RunFile& file, const ChildResult& child) const {
    const Phase phase = file.phase();
    if (phase == Phase::complete) return file.trace();
    if (file.inside() && child.end != ChildEnd::out_of_time) {
      std::fprintf(stderr, "protm: harness bug: the rig crashed inside the UML process\n%s\n",
                   child.console.c_str());
      std::abort();
    }
    if (child.end == ChildEnd::out_of_time) {
      Trace trace = file.trace();
      trace.end = RunEnd::host_limit;
      trace.why = "host-time limit of " + std::to_string(limit_s_) + " s";
      return trace;
    }
    if (phase != Phase::started) {
      return not_started("the kernel ended before its driver was up: " +
                         last_lines(child.console, 8));
    }
    Trace trace = file.trace();
    trace.end = RunEnd::stopped;
    if (crashed(trace)) return trace;
    if (child.end == ChildEnd::killed_by_signal) {
      add(trace, RecordKind::sut_crash, "signal");
    } else {
      add(trace, RecordKind::sut_protocol, "ended before the end state");
    }
    return trace;
  }

  Kernel kernel_;
  std::string rig_;
  std::uint32_t limit_s_;
  std::shared_ptr<Edges> edges_;  ///< null: the kernel does not count them
};

std::uint32_t capability_bits(std::istream& words) {
  std::uint32_t bits = 0;
  std::string word;
  while (words >> word) {
    for (const contract::CapabilityInfo& info : contract::capability_table()) {
      if (info.name == word) bits |= static_cast<std::uint32_t>(info.id);
    }
  }
  return bits;
}

/// Takes "+kasan" and the like off the end of `tree`; what a build is told for them.
std::vector<std::string> take_options(std::string_view& tree) {
  std::vector<std::string> options;
  for (bool found = true; found;) {
    found = false;
    for (const std::string_view flavour : kFlavours) {
      if (!tree.ends_with(flavour)) continue;
      options.push_back("--" + std::string(flavour.substr(1)));
      tree.remove_suffix(flavour.size());
      found = true;
    }
  }
  return options;
}

}  // namespace

Kernel read_kernel(const std::string& folder, std::string& problem) {
  Kernel kernel{.folder = folder, .name = {}, .release = {}, .flavour = {}, .profile = {}};
  std::ifstream in(folder + "/info");
  std::string line;
  while (std::getline(in, line)) {
    std::istringstream words(line);
    std::string key;
    words >> key >> std::ws;
    if (key == "capabilities") {
      kernel.capabilities = capability_bits(words);
    } else if (key == "name") {
      std::getline(words, kernel.name);
    } else if (key == "release") {
      std::getline(words, kernel.release);
    } else if (key == "profile") {
      words >> kernel.profile;
    } else if (key == "query_protected_info") {
      words >> kernel.query_protected_info;
    } else if (key == "flag_names") {
      words >> kernel.flag_names;
    } else if (key == "pwr_control") {
      kernel.pwr_control = true;
    } else if (key == "endpoint_req2") {
      kernel.endpoint_req2 = true;
    } else if (key == "flavour") {
      std::getline(words, kernel.flavour);
    }
  }
  if (kernel.name.empty() || kernel.capabilities == 0) {
    problem = "'" + folder + "' holds no kernel of this program";
  }
  return kernel;
}

Kernel find_kernel(const std::string& root, std::string_view tree, std::string& problem) {
  std::error_code error;
  const std::filesystem::path built(tree);
  if (std::filesystem::is_regular_file(built / "linux", error) &&
      std::filesystem::is_regular_file(built / "info", error)) {
    return read_kernel(std::filesystem::absolute(built).string(), problem);
  }
  std::string command = shell_quoted(root + "/protm") + " kernel build";
  const std::string_view whole = tree;
  for (const std::string& option : take_options(tree)) command += " " + option;
  if (!tree.empty()) command += " -- " + shell_quoted(tree);
  FILE* const pipe = popen(command.c_str(), "r");
  std::string folder;
  std::array<char, 512> part{};
  while (pipe != nullptr && fgets(part.data(), part.size(), pipe) != nullptr) folder += part.data();
  const int status = pipe == nullptr ? -1 : pclose(pipe);
  while (!folder.empty() && folder.back() == '\n') folder.pop_back();
  if (status != 0 || folder.empty()) {
    problem = "linux-uml: no kernel could be built from '" + std::string(whole) + "'";
    return {};
  }
  return read_kernel(folder, problem);
}

std::string cannot_run(const Kernel& kernel, const contract::Program& program) {
  for (const contract::Fault& f : program.faults) {
    if (f.host && f.call.call != kProviderCall) {
      return "needs a failing '" + f.call.call + "', which cannot be arranged in a real kernel yet";
    }
  }
  const std::uint32_t needs = contract::needed_by(program);
  if (contract::has(needs & ~kernel.capabilities, Capability::user_buffers)) {
    return "needs PROTM_INIT, its query or a protected suspend buffer of user space: announced and "
           "not posted, so that this driver's numbers are not known (docs/kernel-developers.md)";
  }
  if (program.id.empty()) {
    const std::uint32_t lacking = needs & ~kernel.capabilities;
    for (const contract::CapabilityInfo& info : contract::capability_table()) {
      if (contract::has(lacking, info.id)) {
        return "its steps need " + std::string(info.name) + ", which this driver lacks";
      }
    }
  }
  const vocab::MachineConfig& machine = program.machine;
  if (vocab::has_pwr_control(machine.gpu_id) && !kernel.pwr_control) {
    return "needs PWR_CONTROL of " + std::string(machine.name) +
           ", which this driver does not know";
  }
  if (machine.fw_version >= vocab::fw::kVersionEndpointReq2 && !kernel.endpoint_req2) {
    return "needs the 64-bit endpoint request of " + std::string(machine.name) +
           ", which this driver does not know";
  }
  return {};
}

std::string rig_path() {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::path folder = fs::read_symlink("/proc/self/exe", error);
  while (folder.has_relative_path()) {
    folder = folder.parent_path();
    const fs::path rig = folder / "sut-adapters/linux-uml/libprotm-rig.so";
    if (fs::is_regular_file(rig, error)) return rig.string();
  }
  return {};
}

Running make_linux_uml(Kernel kernel, std::string rig, std::uint32_t limit_s) {
  auto edges = std::make_shared<Edges>();
  std::ifstream list(kernel.folder + "/edges");
  if (!edges->read(list)) edges.reset();
  auto sut = std::make_shared<LinuxUml>(std::move(kernel), std::move(rig), limit_s, edges);
  return {.sut = std::move(sut), .coverage = std::move(edges)};
}

}  // namespace protm::uml
