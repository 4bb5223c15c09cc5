// SPDX-License-Identifier: GPL-2.0-only
// The one symbol of libprotm-rig.so: a table of C functions around one Conductor.
#include <cstdio>

#include "sut-adapters/linux-uml/conductor.h"

namespace protm::uml {
namespace {

/// The process is one kernel that runs one Program.
Conductor* conductor = nullptr;

int open_run(const char* path) {
  auto file = RunFile::open(path);
  if (!file) {
    std::fprintf(stderr, "protm-rig: cannot read the run file '%s'\n", path);
    return 1;
  }
  auto program = file->program();
  if (!program) {
    std::fprintf(stderr, "protm-rig: the Program is damaged, or of another version\n");
    return 1;
  }
  file->set_phase(Phase::opened);
  conductor = new Conductor(std::move(*file), std::move(*program));
  return 0;
}

int init_rig(const protm_rig_config* config, protm_rig_state* state) {
  conductor->attach(*config, state);
  return 0;
}

constexpr protm_rig_ops kOps{
    .size = sizeof(protm_rig_ops),
    .version = PROTM_GLUE_VERSION,
    .open = open_run,
    .init = init_rig,
    .read = [](std::uint32_t offset,
               __u64 now) -> std::uint32_t { return conductor->read(offset, now); },
    .write = [](std::uint32_t offset, std::uint32_t value,
                __u64 now) { conductor->write(offset, value, now); },
    .advance = [](__u64 now) { conductor->advance(now); },
    .exchange = [](protm_order* order, __u64 now) -> int {
      return conductor->exchange(*order, now) ? 1 : 0;
    },
    .fence = [](std::uint32_t step, std::int32_t error, __u64 seqno,
                __u64 now) { conductor->fence(step, error, seqno, now); },
    .heap = [](const protm_heap_news* news, __u64 now) -> __s64 {
      return conductor->heap(*news, now);
    },
    .user_read = [](__u64 from, __u64 bytes,
                    __u64 now) { conductor->user_read(from, bytes, now); },
    .log = [](const char* text, std::uint32_t bytes,
              __u64 now) { conductor->log({text, bytes}, now); },
};

}  // namespace
}  // namespace protm::uml

extern "C" __attribute__((visibility("default"))) const protm_rig_ops* protm_rig_entry() {
  return &protm::uml::kOps;
}
