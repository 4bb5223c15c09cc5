// SPDX-License-Identifier: GPL-2.0-only
// One machine as data: identification registers, interface geometry, latencies, and the answers of
// a firmware that nobody can look into, each a switch with its allowed words and a default.
// Leaves out: faults (machine_fault.h) and everything that is decided while the machine runs.
// Source: facts-gpu.md section 2, facts-fw.md sections 3-5; default latencies and switches:
// decisions.md 11, 14 and 15.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace protm::vocab {

/// Delays of the machine; none of them may be zero, so that no answer overtakes its question.
enum class Latency : std::uint8_t {
  doorbell,      // doorbell write -> firmware's scan
  ack,           // scan -> ack in the interface
  protm_active,  // PROTM_ENTER ack -> GPU_STATUS.PROTECTED_MODE_ACTIVE
  protm_exit,    // cause of an exit -> PROTECTED_MODE_ACTIVE clear and PROTM_EXIT raised
  boot,          // MCU_CONTROL enable -> JOB_IRQ global
  reset,         // soft reset -> RESET_COMPLETED
  flush,         // FLUSH_CACHES -> CLEAN_CACHES_COMPLETED
  as_command,    // AS COMMAND -> STATUS idle
  power,         // PWRON or PWROFF -> READY
  mcu_disable,   // MCU_CONTROL disable -> MCU_STATUS disabled
  instruction,   // one CS instruction
  compute_task,  // one task of RUN_COMPUTE
  run_job,       // any other RUN_* instruction
  count
};
inline constexpr std::size_t kLatencyCount = static_cast<std::size_t>(Latency::count);

/// One row of the latency table.
struct LatencyInfo {
  Latency id;
  std::string_view name;  // as in YAML, unit last
  std::uint64_t default_ns;
  std::string_view what;
};
/// All latencies in the order of `Latency`.
[[nodiscard]] std::span<const LatencyInfo> latency_table();
[[nodiscard]] std::optional<Latency> latency_by_name(std::string_view name);

/// Questions that only the vendor's firmware or hardware can answer, or the memory below drivers.
enum class Switch : std::uint8_t {
  empty_enter,
  pend_again_on_resume,
  acks_noticed_inside,
  bare_doorbell_is_request,
  glb_ack_cleared_at_boot,
  exit_overrun,
  cs_block_inside,
  idle_events_while_active,
  region_progress_saved,
  soft_reset_while_stuck,
  pend_counts_as_idle,
  gpu_normal_write_inside,
  gpu_protected_access_outside,
  cpu_protected_access,
  sync_normal_write_inside,
  prot_section_not_protected,
  mmu_fault_inside,
  protm_suspend_size,
  grant_needs_doorbell,
  huge_pages,
  count
};
inline constexpr std::size_t kSwitchCount = static_cast<std::size_t>(Switch::count);
/// Room for the switches, a multiple of eight so that MachineConfig has no padding.
inline constexpr std::size_t kSwitchRoom = (kSwitchCount + 7) / 8 * 8;

// One enum per switch; the order of the words is the order in `SwitchInfo::words`.
/// PROTM_ENTER sampled while no CS is allowed to enter.
enum class EmptyEnter : std::uint8_t {
  exit_at_once,
  enter_then_exit,
  stay,
  ack_never_active,
  never_ack
};
enum class YesNo : std::uint8_t { no, yes };
/// A second PROTM_EXIT while the host has not acknowledged the first.
enum class ExitOverrun : std::uint8_t { lost_until_acked, raised_after_ack };
/// A CS that blocks inside a protected region.
enum class CsBlockInside : std::uint8_t { exit, stay };
/// Idle events of slots while the GPU is in protected mode.
enum class IdleEvents : std::uint8_t { held, sent };
/// GPU write to a normal page inside protected mode.
enum class NormalWrite : std::uint8_t { allowed, dropped, protected_fault };
/// GPU access to a protected page outside protected mode.
enum class ProtectedAccess : std::uint8_t { as_fault, dropped };
/// What the slots name as the size of a protected suspend buffer.
enum class ProtmSuspendSize : std::uint8_t { alike, zero, differing };
/// CPU access to a protected page.
enum class CpuProtected : std::uint8_t { reads_zero, bus_error };
/// Missing or normal memory behind the image's protected section when PROTM_ENTER arrives.
enum class ProtSection : std::uint8_t { fault_at_entry, ignored };
/// A page fault of the active group inside protected mode.
enum class MmuFaultInside : std::uint8_t { protected_fault, as_fault };

/// One row of the switch table.
struct SwitchInfo {
  Switch id;
  std::string_view name;
  std::span<const std::string_view> words;
  std::uint8_t default_word;
  std::string_view what;  // one sentence
};
/// All switches in the order of `Switch`.
[[nodiscard]] std::span<const SwitchInfo> switch_table();
[[nodiscard]] std::optional<Switch> switch_by_name(std::string_view name);
/// Index of `word` among the words of `id`; nothing when the switch does not know it.
[[nodiscard]] std::optional<std::uint8_t> switch_word(Switch id, std::string_view word);

/// Where the interface blocks lie in the shared section; any legal layout must work.
struct InterfaceLayout {
  std::uint32_t group_stride;
  std::uint32_t stream_stride;
  std::uint32_t glb_input, glb_output;  // offsets in the shared section
  std::uint32_t csg_input, csg_output;  // of slot 0
  std::uint32_t csg_io_stride;
  std::uint32_t cs_input, cs_output;  // of CS 0, relative to the CSG's input
  std::uint32_t cs_io_stride;
  std::uint32_t shared_size;  // bytes of the shared section used by interfaces
};

/// Everything a machine is before it is switched on.
struct MachineConfig {
  std::string_view name;  // a constant of config_names()

  // Identification, facts-gpu.md section 2.
  std::uint32_t gpu_id;
  std::uint32_t l2_features;
  std::uint32_t core_features;
  std::uint32_t tiler_features;
  std::uint32_t mem_features;
  std::uint32_t mmu_features;
  std::uint32_t as_present;
  std::uint32_t csf_id;
  std::uint32_t revidr;
  std::uint32_t thread_max_threads;
  std::uint32_t thread_max_workgroup_size;
  std::uint32_t thread_max_barrier_size;
  std::uint32_t thread_features;
  std::array<std::uint32_t, 4> texture_features;
  std::uint32_t coherency_features;
  std::uint64_t gpu_features;
  std::uint64_t shader_present;
  std::uint64_t tiler_present;
  std::uint64_t l2_present;

  // Platform.
  std::uint32_t coherent;  // 1: device is DMA-coherent
  std::uint32_t timestamp_hz;
  std::uint32_t core_hz;

  // Firmware interface.
  std::uint32_t fw_version;  // major << 24 | minor << 16 | patch
  std::uint32_t glb_features;
  std::uint32_t instr_features;
  std::uint32_t prfcnt_size;
  std::uint32_t csg_slots;
  std::uint32_t cs_per_csg;
  std::uint32_t cs_regs;  // work registers
  std::uint32_t scoreboards;
  std::uint32_t cs_features_extra;  // b16 compute, b17 fragment, b18 tiler
  std::uint32_t csg_features;
  std::uint32_t suspend_size;
  std::uint32_t protm_suspend_size;
  InterfaceLayout layout;

  // Time.
  std::array<std::uint64_t, kLatencyCount> latency_ns;
  std::uint64_t latencies_named;  // bit per Latency: named by the case, never scaled by the seed
  std::uint64_t latency_seed;     // 0: exactly as given; else each other one times 1/2..2

  // Firmware answers, index = Switch, value = word number.
  std::array<std::uint8_t, kSwitchRoom> switches;

  /// Latency in ns after scaling by the seed; at least 1.
  [[nodiscard]] std::uint64_t effective_ns(Latency id) const;
  void set_latency(Latency id, std::uint64_t ns);
  [[nodiscard]] constexpr std::uint8_t word(Switch id) const {
    return switches[static_cast<std::size_t>(id)];
  }
  constexpr void set_switch(Switch id, std::uint8_t word_nr) {
    switches[static_cast<std::size_t>(id)] = word_nr;
  }
};

static_assert(std::has_unique_object_representations_v<MachineConfig>);

/// Names of all machine configurations, "arch10-fw1" first.
[[nodiscard]] std::span<const std::string_view> config_names();
/// What is special about it, in a few words; empty for an unknown name.
[[nodiscard]] std::string_view config_what(std::string_view name);
/// Configuration of that name with default latencies and switches.
[[nodiscard]] std::optional<MachineConfig> config_by_name(std::string_view name);
/// What `config` changes of the configuration that it is named after, changed of `base` instead.
[[nodiscard]] MachineConfig moved_to(const MachineConfig& config, const MachineConfig& base);
/// Reason why the configuration is not a legal machine; empty when it is.
[[nodiscard]] std::string_view config_problem(const MachineConfig& config);

}  // namespace protm::vocab
