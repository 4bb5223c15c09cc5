// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/series-v1/switches.h"

#include <algorithm>
#include <vector>

namespace protm::v1 {
namespace {

constexpr std::array<SwitchInfo, kSwitchCount> kSwitches{{
    {Switch::heap_2, "HEAP-2", "1/8", "Boris Brezillon, 5 May 2026",
     "dma_heap_put(NULL) dereferences NULL"},
    {Switch::heap_3, "HEAP-3", "1/8", "Boris Brezillon, 5 May 2026",
     "open takes no reference and there is no release: the last in-kernel put frees a heap that "
     "open files still use"},
    {Switch::heap_4, "HEAP-4", "1/8", "Boris Brezillon, 5 May 2026",
     "open looks a heap up without the lock and takes its reference whatever the count is"},
    {Switch::heap_14, "HEAP-14", "2/8", "own reading of patches 1 and 2",
     "a search drops references of other heaps (HEAP-15) under heap_list_lock, and the last one "
     "deadlocks"},
    {Switch::heap_30, "HEAP-30", "4/8", "own reading of patch 4; seen on the real driver",
     "a failing panthor_hw_init() jumps behind the put of the runtime PM reference"},
    {Switch::heap_32, "HEAP-32", "4/8", "own reading of patch 4",
     "unplug puts the heap, although groups of open files still have buffers of it"},
    {Switch::kbo_8, "KBO-8", "4/8", "own reading of patch 4",
     "a protected kernel BO keeps the allocation's dma-buf reference, and a failure after the "
     "allocation leaks it"},
    {Switch::kbo_9, "KBO-9", "4/8", "own reading of patch 4",
     "the mask of valid fd flags is passed as fd flags, with an access mode that there is not"},
    {Switch::fw_8, "FW-8", "4/8", "own reading of patch 4",
     "the CPU copies initial data into a protected section, at load and at each slow reset"},
    {Switch::fw_9, "FW-9", "4/8", "own reading of patch 4",
     "the CPU zeroes a protected section, at load and at each slow reset"},
    {Switch::fw_18, "FW-18", "7/8", "own reading of patch 7; seen on the real driver",
     "a tick enters while the last session's exit waits to be taken, which satisfies the wait"},
    {Switch::fw_25, "FW-25", "7/8", "Boris Brezillon, 5 May 2026",
     "the watchdog PING is sent during a protected session and throws the GPU out"},
    {Switch::fw_27, "FW-27", "7/8", "own reading of patch 7",
     "a firmware boot finds the PROTM_ENTER request of an old session and enters"},
    {Switch::mmu_15, "MMU-15", "7/8", "own reading of patch 7",
     "a VM operation ignores that the forced exit failed and sends the AS command anyway"},
    {Switch::mmu_24, "MMU-24", "7/8", "own reading of patch 7; seen on the real driver",
     "as.slots_lock is held while the GPU leaves protected mode: operations of other VMs wait too"},
    {Switch::mmu_25, "MMU-25", "7/8", "own reading of patch 7",
     "flushes and AS commands outside lock_region() are sent in protected mode as well"},
    {Switch::sched_3, "SCHED-3", "5/8", "own reading of patch 5",
     "the priority of a group on a slot goes to the 32-bit endpoint request, which firmware from "
     "4.0 on does not read"},
    {Switch::sched_8, "SCHED-8", "5/8", "own reading of patch 5",
     "a failed bind is ignored and the slot is programmed for a group that is not there"},
    {Switch::sched_12, "SCHED-12", "7/8", "Boris Brezillon, 6 May 2026",
     "a protected request without heap or without the group flag is ignored until the job times "
     "out"},
    {Switch::sched_13, "SCHED-13", "7/8", "own reading of patch 7",
     "with a heap, a group without the flag is granted protected mode"},
    {Switch::sched_20, "SCHED-20", "7/8", "Boris Brezillon, 6 May 2026",
     "the top group enters protected mode in each tick, whether a queue of it asked or not"},
    {Switch::sched_34, "SCHED-34", "7/8", "own reading of patch 7; clearing: Boris, 6 May 2026",
     "pending bits outlive the slot (RST-25: a reset too), and a top group without a slot enters "
     "without an acked CS; a reset in that session, which has no group, WARNs and saves nobody "
     "(RST-9)"},
    {Switch::sched_37, "SCHED-37", "7/8", "own reading of patch 7; seen on the real driver",
     "CS_REQ.PROTM_PEND keeps its old value at slot programming: after a firmware boot that is a "
     "request nobody made"},
    {Switch::sched_39, "SCHED-39", "7/8", "open question in the text of patch 7",
     "a group that is resumed inside a region waits for a new event, which firmware need not send"},
    {Switch::sched_43, "SCHED-43", "7/8", "Boris Brezillon, 6 May 2026",
     "after a failed entry the driver believes in a session and ends its group at the reset"},
    {Switch::sched_46, "SCHED-46", "7/8", "own reading of patch 7",
     "PROTM_ENTER is toggled again inside a session when a queue of its group asks"},
    {Switch::sched_47, "SCHED-47", "7/8", "own reading of patch 7",
     "a tick inside a session acks new requests, which firmware does not notice there"},
    {Switch::sched_48, "SCHED-48", "7/8", "own reading of patch 7",
     "each tick asks the slots for a STATUS_UPDATE, which throws the GPU out of protected mode"},
    {Switch::sched_69, "SCHED-69", "7/8", "own reading of patch 7",
     "work of a higher priority does not end the session"},
    {Switch::sched_81, "SCHED-81", "7/8", "own reading of patch 7",
     "an entry that waited for protm.lock goes on although a reset was asked for meanwhile"},
    {Switch::sched_82, "SCHED-82", "7/8", "seen on the real driver",
     "a grant rings a doorbell of its own right before PROTM_ENTER's, and each CSG event inside "
     "rings one: firmware that takes one without a request for work leaves again"},
    {Switch::rst_3, "RST-3", "7/8", "own reading of patch 7; seen on the real driver",
     "the protected fault is enabled again before the reset: a line that is slow masks it for "
     "good, over a runtime suspend as well (RST-4)"},
    {Switch::rst_14, "RST-14", "7/8", "own reading of patch 7",
     "a reset in protected mode ends the protected group, whoever caused it; also when the exit "
     "was not taken yet (RST-15)"},
    {Switch::rst_15, "RST-15", "7/8", "own reading of patch 7",
     "a reset ends the protected group although the GPU has left it, when the exit was not taken "
     "yet"},
    {Switch::rst_16, "RST-16", "7/8", "own reading of patch 7",
     "groups that firmware saved are unbound without a reference, in any state (RST-17), listed, "
     "dead ones as well (RST-18), and skip the book-keeping of their queues (RST-19)"},
    {Switch::rst_24, "RST-24", "7/8", "own reading of patch 7; L-RST-3, Boris, 6 May 2026",
     "a PM suspend inside a session does not leave it first, and the session's state survives the "
     "power cycle"},
    {Switch::rst_29, "RST-29", "7/8", "own reading of patch 7",
     "unbind inside a session stops the firmware without leaving protected mode"},
    {Switch::uapi_5, "UAPI-5", "8/8", "own reading of patch 8; seen on the real driver",
     "the query looks for a heap only, not for a protected section of the firmware"},
}};

constexpr std::array<UnmodelledDefect, 0> kUnmodelled{};

constexpr HiddenDefect kHidden[] = {
    {"HEAP-6", "ops and priv of a heap may go before the last reference",
     "no exporter of the base frees what it registered"},
    {"HEAP-8", "a dma-buf does not keep the heap that it came from",
     "the review only guesses that it should, and no exporter of the base needs its heap then"},
    {"HEAP-10", "no module reference in struct dma_heap",
     "the review leaves it open, and heaps are no modules that could be unloaded"},
    {"HEAP-15", "find() takes and drops references on heaps that do not match",
     "only the last reference shows, and then it is HEAP-14"},
    {"HEAP-39", "a descriptor may be opened again after its heap was freed",
     "only HEAP-3 frees a heap that has open descriptors, and there any use of them shows it"},
    {"KBO-5", "the error path of the import has its own put",
     "each path puts once, as asked in other words"},
    {"KBO-10", "the mask of valid heap flags is passed as heap flags", "the mask is 0"},
    {"KBO-11", "the reservation object of the import is replaced",
     "only a CPU mapping uses the dma-buf's own one, and FW-8 and FW-9 show before"},
    {"KBO-17", "labels of the two suspend buffers are swapped",
     "only debugfs prints the labels of kernel buffers"},
    {"KBO-23", "the protected suspend buffer may be freed while firmware still uses it",
     "TERMINATE, or the reset that follows when it is not acknowledged, ends that use before"},
    {"FW-10", "a protected section with the SHARED flag is mapped for the CPU",
     "a mapping is no access; with FW-8 or FW-9 as posted the access shows"},
    {"FW-24", "the result of the natural-exit wait is dropped at its source",
     "its only callers are those of MMU-15, which ignore it too"},
    {"FW-26", "a slow exit counts as a firmware hang of the watchdog",
     "only behind FW-25: without its PING inside nothing waits for the exit there"},
    {"MMU-10", "a lock of size 0 leaves an undetected lock",
     "nobody asks for one: a VM_BIND operation of size 0 is done before anything is locked"},
    {"MMU-32", "an exit may be forced before the firmware interface exists",
     "the probe resets the GPU before, and ends when that fails"},
    {"SCHED-16", "a pending bit is taken for a queue that the group does not have",
     "no firmware raises an event of a CS that was not started"},
    {"SCHED-41", "a failed slot update leaves active_group set",
     "nobody reads it while protected_mode is not set"},
    {"SCHED-42", "a failed start of groups leaves active_group set",
     "nobody reads it while protected_mode is not set"},
    {"SCHED-50", "active_group holds no reference",
     "the exit event, which nobody overtakes, clears it before the group's last reference goes; "
     "seen on the real kernel"},
    {"SCHED-51", "termination of the active group leaves the session state behind",
     "firmware leaves before it acknowledges TERMINATE, and the exit event or the reset clears it"},
    {"SCHED-72", "a group with a faulted VM may be chosen for protected mode",
     "its queues are fatal before the choice, so it cannot run"},
    {"RST-2", "masking the protected fault does not write the mask register by itself",
     "the interrupt thread that masks it writes the register when it ends"},
    {"RST-5", "the interrupt mask is changed under the wrong lock",
     "a task of Host runs until it blocks, so that no update is lost between two lines"},
    {"RST-6", "a protected fault does not end the waits of an entry",
     "the machine has no protected fault between PROTM_ENTER and protected mode but the one of an "
     "image without protected memory, and such a driver never asks"},
};

/// Levenshtein distance, for "did you mean".
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      const std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, corner + cost});
      corner = above;
    }
  }
  return row[b.size()];
}

std::string expected_ids() {
  std::string all;
  for (const SwitchInfo& s : kSwitches) {
    if (!all.empty()) all += ", ";
    all += s.id;
  }
  return all;
}

std::string nearest(std::string_view word, std::span<const std::string_view> names) {
  std::string_view best;
  std::size_t best_distance = 3;
  for (const std::string_view name : names) {
    const std::size_t d = distance(word, name);
    if (d < best_distance) {
      best = name;
      best_distance = d;
    }
  }
  return best.empty() ? std::string() : "; did you mean '" + std::string(best) + "'?";
}

tl::expected<SwitchMask, std::string> parse_ids(std::string_view list) {
  std::array<std::string_view, kSwitchCount> names;
  for (std::size_t i = 0; i < kSwitchCount; ++i) names[i] = kSwitches[i].id;
  SwitchMask bits = 0;
  for (;;) {
    const std::size_t comma = list.find(',');
    const std::string_view id = list.substr(0, comma);
    const auto* const hit = std::find_if(kSwitches.begin(), kSwitches.end(),
                                         [id](const SwitchInfo& s) { return s.id == id; });
    if (hit == kSwitches.end()) {
      return tl::make_unexpected("series-v1: no switch '" + std::string(id) +
                                 "'; expected one of: " + expected_ids() + nearest(id, names));
    }
    bits |= switch_bit(hit->value);
    if (comma == std::string_view::npos) return bits;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace

std::span<const SwitchInfo, kSwitchCount> switch_table() { return kSwitches; }

std::span<const UnmodelledDefect> not_yet_modelled() { return kUnmodelled; }

std::span<const HiddenDefect> cannot_show() { return kHidden; }

SwitchMask switches_of_patches(std::uint32_t patches) {
  SwitchMask mask = 0;
  for (const SwitchInfo& s : kSwitches) {
    const auto patch = static_cast<std::uint32_t>(s.patch.front() - '0');
    if (patch <= patches) mask |= switch_bit(s.value);
  }
  return mask;
}

tl::expected<Options, std::string> parse_options(std::string_view text) {
  static constexpr std::string_view kPatches = "patches=1-";
  Options options;
  if (text.starts_with(kPatches)) {
    const std::string_view last = text.substr(kPatches.size(), 1);
    const bool is_number = !last.empty() && last[0] >= '1' && last[0] <= '0' + char(kPatchCount);
    text.remove_prefix(kPatches.size() + last.size());
    if (!is_number || (!text.empty() && !text.starts_with(':'))) {
      return tl::make_unexpected(std::string("series-v1: 'patches=' takes 1-N, N from 1 to 8"));
    }
    options.patches = static_cast<std::uint32_t>(last[0] - '0');
    if (!text.empty()) text.remove_prefix(1);
  }
  options.switches = switches_of_patches(options.patches);
  if (text.empty()) return options;
  if (text == "none") return Options{.switches = 0, .patches = options.patches};
  const std::size_t equals = text.find('=');
  const std::string_view key = text.substr(0, equals);
  if (equals != std::string_view::npos && (key == "only" || key == "without")) {
    const auto bits = parse_ids(text.substr(equals + 1));
    if (!bits) return tl::make_unexpected(bits.error());
    options.switches &= key == "only" ? *bits : ~*bits;
    return options;
  }
  static constexpr std::string_view kWords[] = {"none", "only", "without", "patches"};
  return tl::make_unexpected("series-v1: unknown option '" + std::string(text) +
                             "'; expected one of: none, only=ID[,ID], without=ID[,ID], "
                             "patches=1-N" +
                             nearest(key, kWords));
}

std::string options_text(const Options& options) {
  std::string text;
  if (options.patches != kPatchCount) text = "patches=1-" + std::to_string(options.patches);
  if (options.switches == switches_of_patches(options.patches)) return text;
  if (!text.empty()) text += ':';
  if (options.switches == 0) return text + "none";
  text += "only=";
  for (const SwitchInfo& s : kSwitches) {
    if ((options.switches & switch_bit(s.value)) == 0) continue;
    if (text.back() != '=') text += ',';
    text += s.id;
  }
  return text;
}

}  // namespace protm::v1
