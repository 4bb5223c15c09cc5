// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/vocab/machine_config.h"

#include <iterator>

#include "gpu-model/vocab/ids.h"
#include "gpu-model/vocab/sim_time.h"
#include "gpu-model/vocab/split_mix.h"

namespace protm::vocab {
namespace {

constexpr std::array<LatencyInfo, kLatencyCount> kLatencies{{
    {Latency::doorbell, "doorbell_ns", 2 * kUs, "a doorbell write until the firmware scans"},
    {Latency::ack, "ack_ns", 20 * kUs, "the firmware's scan until its ack is visible"},
    {Latency::protm_active, "protm_active_ns", 50 * kUs,
     "the PROTM_ENTER ack until GPU_STATUS shows protected mode"},
    {Latency::protm_exit, "protm_exit_ns", 30 * kUs,
     "the cause of an exit until protected mode is left and PROTM_EXIT is raised"},
    {Latency::boot, "boot_ns", 500 * kUs, "MCU_CONTROL enable until the global interface is up"},
    {Latency::reset, "reset_ns", 100 * kUs, "a soft reset until RESET_COMPLETED"},
    {Latency::flush, "flush_ns", 10 * kUs,
     "FLUSH_CACHES until CLEAN_CACHES_COMPLETED; FLUSH_PT and FLUSH_MEM take it as well"},
    {Latency::as_command, "as_command_ns", 1 * kUs, "an AS command until AS_STATUS is idle"},
    {Latency::power, "power_ns", 50 * kUs, "PWRON or PWROFF until READY follows"},
    {Latency::mcu_disable, "mcu_disable_ns", 5 * kUs,
     "MCU_CONTROL disable until MCU_STATUS is disabled"},
    {Latency::instruction, "instruction_ns", 10, "one instruction of a command stream"},
    {Latency::compute_task, "compute_task_ns", 1 * kUs, "one task of RUN_COMPUTE"},
    {Latency::run_job, "run_job_ns", 100 * kUs, "any other RUN instruction"},
}};

constexpr std::string_view kEmptyEnterWords[] = {"exit_at_once", "enter_then_exit", "stay",
                                                 "ack_never_active", "never_ack"};
constexpr std::string_view kYesNoWords[] = {"no", "yes"};
constexpr std::string_view kOverrunWords[] = {"lost_until_acked", "raised_after_ack"};
constexpr std::string_view kBlockWords[] = {"exit", "stay"};
constexpr std::string_view kIdleWords[] = {"held", "sent"};
constexpr std::string_view kWriteWords[] = {"allowed", "dropped", "protected_fault"};
constexpr std::string_view kOutsideWords[] = {"as_fault", "dropped"};
constexpr std::string_view kCpuWords[] = {"reads_zero", "bus_error"};
constexpr std::string_view kSectionWords[] = {"fault_at_entry", "ignored"};
constexpr std::string_view kMmuFaultWords[] = {"protected_fault", "as_fault"};
constexpr std::string_view kProtmSizeWords[] = {"alike", "zero", "differing"};

constexpr std::array<SwitchInfo, kSwitchCount> kSwitches{{
    {Switch::empty_enter, "empty_enter", kEmptyEnterWords, 0,
     "What PROTM_ENTER does when no CS is allowed to enter"},
    {Switch::pend_again_on_resume, "pend_again_on_resume", kYesNoWords, 1,
     "PROTM_PEND is raised again when a group is resumed with a CS at its region"},
    {Switch::acks_noticed_inside, "acks_noticed_inside", kYesNoWords, 0,
     "A PROTM_PEND ack that comes after PROTM_ENTER was sampled still allows its CS"},
    {Switch::bare_doorbell_is_request, "bare_doorbell_is_request", kYesNoWords, 0,
     "A doorbell 0 without any request forces the firmware out of protected mode"},
    {Switch::glb_ack_cleared_at_boot, "glb_ack_cleared_at_boot", kYesNoWords, 1,
     "The firmware writes GLB_ACK and the acks of all slots and streams to zero when it boots"},
    {Switch::exit_overrun, "exit_overrun", kOverrunWords, 0,
     "A PROTM_EXIT event while the one before is not acknowledged"},
    {Switch::cs_block_inside, "cs_block_inside", kBlockWords, 0,
     "A CS that blocks inside a protected region leaves protected mode"},
    {Switch::idle_events_while_active, "idle_events_while_active", kIdleWords, 0,
     "Idle events of slots while the GPU is in protected mode"},
    {Switch::region_progress_saved, "region_progress_saved", kYesNoWords, 1,
     "An interrupted region goes on where it was left instead of starting again"},
    {Switch::soft_reset_while_stuck, "soft_reset_while_stuck", kYesNoWords, 1,
     "A soft reset works while the firmware refuses to leave protected mode"},
    {Switch::pend_counts_as_idle, "pend_counts_as_idle", kYesNoWords, 0,
     "A CS that waits for protected mode is idle even without CS_REQ.IDLE_PROTM_PEND"},
    {Switch::gpu_normal_write_inside, "gpu_normal_write_inside", kWriteWords, 0,
     "A GPU write to a normal page in protected mode"},
    {Switch::gpu_protected_access_outside, "gpu_protected_access_outside", kOutsideWords, 0,
     "A GPU access to a protected page in normal mode"},
    {Switch::cpu_protected_access, "cpu_protected_access", kCpuWords, 0,
     "A CPU access to a protected page"},
    {Switch::sync_normal_write_inside, "sync_normal_write_inside", kWriteWords, 0,
     "A SYNC instruction that writes to a normal page inside a region"},
    {Switch::prot_section_not_protected, "prot_section_not_protected", kSectionWords, 0,
     "PROTM_ENTER while the image's protected section is missing or in normal memory"},
    {Switch::mmu_fault_inside, "mmu_fault_inside", kMmuFaultWords, 0,
     "A page fault of the active group in protected mode"},
    {Switch::protm_suspend_size, "protm_suspend_size", kProtmSizeWords, 0,
     "The size that the slots name for their protected suspend buffers"},
    {Switch::grant_needs_doorbell, "grant_needs_doorbell", kYesNoWords, 0,
     "A PROTM_PEND ack counts only once the doorbell of its CS was rung with it"},
    {Switch::huge_pages, "huge_pages", kYesNoWords, 0,
     "Buffers get their memory in blocks of 2 MiB where it has them, as from a kernel with huge "
     "pages"},
}};

enum class Config : std::uint8_t { arch10, odd, coherent, few, arch12, arch13, arch14, fast,
                                   count };
constexpr std::string_view kConfigNames[] = {"arch10-fw1",     "arch10-fw1-odd", "arch10-coherent",
                                             "arch10-few",     "arch12-fw3",     "arch13-fw4",
                                             "arch14-fw4",     "arch12-fast"};
static_assert(std::size(kConfigNames) == static_cast<std::size_t>(Config::count));

constexpr InterfaceLayout kDenseLayout{.group_stride = 0x400,
                                       .stream_stride = 0x20,
                                       .glb_input = 0x4000,
                                       .glb_output = 0x5000,
                                       .csg_input = 0x6000,
                                       .csg_output = 0x6060,
                                       .csg_io_stride = 0x1000,
                                       .cs_input = 0x100,
                                       .cs_output = 0x160,
                                       .cs_io_stride = 0x1c0,
                                       .shared_size = 0xf000};

// Strides that are neither powers of two nor equal to the block sizes: a driver that assumes
// either reads another block.
constexpr InterfaceLayout kOddLayout{.group_stride = 0x3ac,
                                     .stream_stride = 0x34,
                                     .glb_input = 0x4c00,
                                     .glb_output = 0x3e00,
                                     .csg_input = 0x6008,
                                     .csg_output = 0x6078,
                                     .csg_io_stride = 0x1018,
                                     .cs_input = 0x108,
                                     .cs_output = 0x178,
                                     .cs_io_stride = 0x1e0,
                                     .shared_size = 0xf000};

MachineConfig arch10() {
  MachineConfig c{};
  c.name = kConfigNames[0];
  c.gpu_id = 0xa8670005;
  c.l2_features = 0x07120306;
  c.core_features = 0;
  c.tiler_features = 0x809;
  c.mem_features = 0x301;
  c.mmu_features = 0x2830;
  c.as_present = 0xff;
  c.csf_id = 0x04010000;
  c.revidr = 3;
  c.thread_max_threads = 0x800;
  c.thread_max_workgroup_size = 0x400;
  c.thread_max_barrier_size = 0x400;
  c.thread_features = 0x04010000;
  c.texture_features = {0xc1ffff9e, 0, 0, 0};
  c.coherency_features = 0x1;
  c.shader_present = 0x50005;
  c.tiler_present = 1;
  c.l2_present = 1;
  c.timestamp_hz = 24'000'000;
  c.core_hz = 500'000'000;
  c.fw_version = 0x01010000;
  c.csg_slots = 8;
  c.cs_per_csg = 8;
  c.cs_regs = 96;
  c.scoreboards = 8;
  c.cs_features_extra = 0x7u << 16;
  c.suspend_size = 0x1000;
  c.protm_suspend_size = 0x2000;
  c.layout = kDenseLayout;
  for (const LatencyInfo& row : kLatencies) {
    c.latency_ns[static_cast<std::size_t>(row.id)] = row.default_ns;
  }
  for (const SwitchInfo& row : kSwitches) c.set_switch(row.id, row.default_word);
  return c;
}

/// A newer GPU: more registers and cores, another interface version, other places of the blocks.
/// Source of the ids: panthor_hw.c get_gpu_model_name() (7.3). Assumption: everything else.
void newer(MachineConfig& c, std::uint32_t gpu_id, std::uint32_t fw_version) {
  c.gpu_id = gpu_id;
  c.fw_version = fw_version;
  c.cs_regs = 128;
  c.scoreboards = 16;
  c.shader_present = 0xf;
  c.texture_features = {0xc1ffff9e, 0x1, 0x3, 0x7};
  c.core_features = 0x2;
  c.thread_max_barrier_size = 0x200;
  c.layout = kOddLayout;
}

MachineConfig variant(Config which) {
  MachineConfig c = arch10();
  c.name = kConfigNames[static_cast<std::size_t>(which)];
  switch (which) {
    case Config::odd:
      c.layout = kOddLayout;
      break;
    case Config::coherent:
      c.coherent = 1;
      break;
    case Config::few:  // the least that drivers accept: 3 CSG of 8 CS, the MCU's AS and two more
      c.csg_slots = 3;
      c.as_present = 0x7;
      c.layout = kOddLayout;
      break;
    case Config::arch12:  // Mali-G620
      newer(c, 0xc8110000, 3u << 24);
      break;
    case Config::fast:  // the progress timer counts cycles: 2.6 s, before a job timeout
      newer(c, 0xc8110000, 3u << 24);
      c.core_hz = 1'000'000'000;
      break;
    case Config::arch13:  // Mali-G625; the 64-bit endpoint request, HALT as before
      newer(c, 0xd8010000, 4u << 24);
      break;
    case Config::arch14:  // Mali-G1-Pro; GLB_REQ.STATE and PWR_CONTROL
      newer(c, 0xe8030000, 4u << 24 | 1u << 16);
      c.gpu_features = 1u << 5 | 1u << 2;
      break;
    default:
      break;
  }
  return c;
}

/// The seed decides each scale without any state.
constexpr std::uint64_t mix(std::uint64_t x) { return split_mix(x + kSplitMixStep); }

}  // namespace

std::span<const LatencyInfo> latency_table() { return kLatencies; }
std::span<const SwitchInfo> switch_table() { return kSwitches; }
std::span<const std::string_view> config_names() { return kConfigNames; }

std::string_view config_what(std::string_view name) {
  constexpr std::string_view kWhat[] = {
      "Mali-G610, firmware interface 1.1, 8 CSG, not coherent",
      "the same with interface blocks of odd sizes at odd places",
      "the same with DMA coherent",
      "3 CSG and 3 AS, the least that drivers accept with one AS to share",
      "Mali-G620, interface 3.0, 128 registers",
      "Mali-G625, interface 4.0: the 64-bit endpoint request",
      "Mali-G1-Pro, interface 4.1: GLB_REQ.STATE, PWR_CONTROL in place of the power registers",
      "Mali-G620 at 1 GHz: progress times out after 2.6 s, before any job (BASE-12 needs longer)",
  };
  static_assert(std::size(kWhat) == std::size(kConfigNames));
  for (std::size_t i = 0; i < std::size(kConfigNames); ++i) {
    if (kConfigNames[i] == name) return kWhat[i];
  }
  return {};
}

std::optional<Latency> latency_by_name(std::string_view name) {
  for (const LatencyInfo& row : kLatencies) {
    if (row.name == name) return row.id;
  }
  return std::nullopt;
}

std::optional<Switch> switch_by_name(std::string_view name) {
  for (const SwitchInfo& row : kSwitches) {
    if (row.name == name) return row.id;
  }
  return std::nullopt;
}

std::optional<std::uint8_t> switch_word(Switch id, std::string_view word) {
  const auto index = static_cast<std::size_t>(id);
  if (index >= kSwitchCount) return std::nullopt;
  const auto words = kSwitches[index].words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == word) return static_cast<std::uint8_t>(i);
  }
  return std::nullopt;
}

std::uint64_t MachineConfig::effective_ns(Latency id) const {
  const auto index = static_cast<std::size_t>(id);
  const std::uint64_t base = latency_ns[index];
  const bool named = ((latencies_named >> index) & 1) != 0;
  if (latency_seed == 0 || named) return base == 0 ? 1 : base;
  // 512..2048 in 1024ths: one half to twice.
  const std::uint64_t scale = 512 + mix(latency_seed * kLatencyCount + index) % 1537;
  const std::uint64_t scaled = base > kNever / 4096 ? base : base * scale / 1024;
  return scaled == 0 ? 1 : scaled;
}

void MachineConfig::set_latency(Latency id, std::uint64_t ns) {
  const auto index = static_cast<std::size_t>(id);
  latency_ns[index] = ns;
  latencies_named |= 1ull << index;
}

std::optional<MachineConfig> config_by_name(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kConfigNames); ++i) {
    if (kConfigNames[i] == name) return variant(static_cast<Config>(i));
  }
  return std::nullopt;
}

MachineConfig moved_to(const MachineConfig& config, const MachineConfig& base) {
  const MachineConfig usual = config_by_name(config.name).value_or(arch10());
  MachineConfig moved = base;
  if (config.csg_slots != usual.csg_slots) moved.csg_slots = config.csg_slots;
  if (config.cs_per_csg != usual.cs_per_csg) moved.cs_per_csg = config.cs_per_csg;
  if (config.as_present != usual.as_present) moved.as_present = config.as_present;
  if (config.coherent != usual.coherent) moved.coherent = config.coherent;
  moved.latency_ns = config.latency_ns;
  moved.latencies_named = config.latencies_named;
  moved.latency_seed = config.latency_seed;
  moved.switches = config.switches;
  return moved;
}

/// Whether all blocks of the interface lie apart and inside the shared section.
static bool layout_fits(const MachineConfig& c) {
  const InterfaceLayout& l = c.layout;
  // Sizes of the blocks in use: GLB 0x90, CSG in 0x60 and out 0x20, CS in 0x58 and out 0xd8.
  const std::uint64_t group_end = 0x40 + std::uint64_t{c.cs_per_csg} * l.stream_stride;
  const std::uint64_t control_end = 0x1000 + std::uint64_t{c.csg_slots} * l.group_stride;
  const std::uint64_t io_end = l.csg_input + std::uint64_t{c.csg_slots} * l.csg_io_stride;
  const std::uint64_t cs_end = l.cs_input + std::uint64_t{c.cs_per_csg} * l.cs_io_stride;
  const std::uint32_t glb_low = l.glb_input < l.glb_output ? l.glb_input : l.glb_output;
  const std::uint32_t glb_high = l.glb_input < l.glb_output ? l.glb_output : l.glb_input;
  return group_end <= l.group_stride && l.stream_stride >= 0xc && control_end <= glb_low &&
         glb_low + 0x90 <= glb_high && glb_high + 0x90 <= l.csg_input &&
         l.csg_output >= l.csg_input + 0x60 && cs_end <= l.csg_io_stride &&
         l.csg_output - l.csg_input + 0x20 <= l.cs_input && l.cs_output >= l.cs_input + 0x58 &&
         l.cs_output - l.cs_input + 0xd8 <= l.cs_io_stride && io_end <= l.shared_size;
}

std::string_view config_problem(const MachineConfig& c) {
  if ((c.as_present & 1) == 0) return "AS_PRESENT bit 0 belongs to the MCU and must be set";
  if (c.csg_slots < 1 || c.csg_slots > kMaxCsgSlots) return "csg_slots must be 1..31";
  if (c.cs_per_csg < 1 || c.cs_per_csg > kMaxCsPerCsg) return "cs_per_csg must be 1..32";
  if (c.cs_regs < 8 || c.cs_regs > 128) return "cs_regs must be 8..128";
  if (c.scoreboards < 1 || c.scoreboards > 16) return "scoreboards must be 1..16";
  if (!layout_fits(c)) return "the interface blocks overlap or leave the shared section";
  for (std::uint64_t ns : c.latency_ns) {
    if (ns == 0) return "a latency of zero would let an answer overtake its question";
  }
  for (std::size_t i = 0; i < kSwitchCount; ++i) {
    if (c.switches[i] >= kSwitches[i].words.size()) return "a switch has no such word";
  }
  return {};
}

}  // namespace protm::vocab
