// SPDX-License-Identifier: GPL-2.0-only
#include <cstring>

#include "gpu-model/src/mmu.h"
#include "gpu-model/vocab/lpae.h"
#include "gpu-model/vocab/protm_waits.h"

namespace protm::gpu {

namespace lpae = vocab::lpae;
using vocab::Exception;
using vocab::ObservationKind;

namespace {

Exception level_code(Exception level0, unsigned level) {
  return static_cast<Exception>(static_cast<std::uint32_t>(level0) + level);
}

constexpr std::uint64_t kVaLimit = 1ull << 48;

}  // namespace

Mmu::Walk Mmu::walk(const As& as, std::uint64_t va) const {
  if (va >= kVaLimit) return {nullptr, 0, 0, Exception::addr_size_fault_in};
  std::uint64_t table = as.live.transtab & lpae::kAddressMask;
  for (unsigned level = 0; level < lpae::kLevels; ++level) {
    const std::byte* page = core_.ram.page(vocab::Pa{table});
    if (page == nullptr) {
      return {nullptr, 0, 0, level_code(Exception::addr_size_fault_out0, level)};
    }
    std::uint64_t entry = 0;
    std::memcpy(&entry, page + 8 * lpae::level_index(va, level), sizeof entry);
    if ((entry & lpae::kValid) == 0) {
      return {nullptr, 0, 0, level_code(Exception::translation_fault_0, level)};
    }
    const bool table_or_page = (entry & lpae::kTableOrPage) != 0;
    if (level < 3 && table_or_page) {
      table = entry & lpae::kAddressMask;
      continue;
    }
    const bool leaf = level == 3 ? table_or_page : level == 2;
    if (!leaf) return {nullptr, 0, 0, Exception::translation_fault_4};
    const std::uint64_t af_off = as.live.transcfg & vocab::kTranscfgDisableAfFault;
    if ((entry & lpae::kAccessFlag) == 0 && af_off == 0) {
      return {nullptr, 0, entry, level_code(Exception::access_flag_1, level - 1)};
    }
    const std::uint64_t in_leaf = (1ull << lpae::level_shift(level)) - 1;
    const std::uint64_t pa = (entry & lpae::kAddressMask & ~in_leaf) | (va & in_leaf);
    std::byte* target = core_.ram.page(vocab::Pa{pa});
    if (target == nullptr) {
      return {nullptr, pa, entry, level_code(Exception::addr_size_fault_out0, level)};
    }
    return {target + (pa & vocab::kPageMask), pa, entry, Exception::ok, table};
  }
  return {nullptr, 0, 0, Exception::translation_fault_3};
}

Translation Mmu::probe(vocab::AsNr as, std::uint64_t va) const {
  if (!enabled(as)) return {WalkResult::unmapped_as, nullptr, {}};
  const Walk w = walk(as_[as.value], va);
  if (w.code != Exception::ok) return {WalkResult::fault, nullptr, {}};
  return {WalkResult::ok, w.at, vocab::Pa{w.pa}};
}

void Mmu::latch_fault(vocab::AsNr as, std::uint64_t va, Exception code, Direction direction) {
  As& a = as_[as.value];
  const std::uint32_t bit = 1u << as.value;
  if ((core_.mmu.raw() & bit) != 0) return;  // one fault at a time
  const auto access =
      direction == Direction::write ? vocab::FaultAccess::write : vocab::FaultAccess::read;
  a.fault_status = vocab::Word<vocab::AsFaultStatus>{}
                       .with(vocab::AsFaultStatus::exception_type, static_cast<std::uint32_t>(code))
                       .with(vocab::AsFaultStatus::access_type, static_cast<std::uint32_t>(access))
                       .raw();
  a.fault_va = va;
  core_.mmu.raise(bit);
  core_.observe(ObservationKind::mmu_fault, as.value, a.fault_status, va, core_.in_protm() ? 1 : 0);
}

WalkResult Mmu::protection(const GpuAccess& access, const Walk& w) {
  const PageKind kind = core_.ram.kind(vocab::Pa{w.pa});
  const bool write = access.direction == Direction::write;
  if (kind == PageKind::protected_memory && access.mode == GpuMode::normal) {
    core_.observe(ObservationKind::gpu_protected_access, write ? 1 : 0, access.as.value, access.va,
                  w.pa);
    const auto rule =
        core_.answer<vocab::ProtectedAccess>(vocab::Switch::gpu_protected_access_outside);
    if (rule == vocab::ProtectedAccess::dropped) return WalkResult::dropped;
    latch_fault(access.as, access.va, Exception::gpu_bus_fault, access.direction);
    return WalkResult::fault;
  }
  if (kind == PageKind::normal && access.mode == GpuMode::protected_mode && write &&
      access.origin != Origin::mcu) {
    const auto id = access.origin == Origin::sync ? vocab::Switch::sync_normal_write_inside
                                                  : vocab::Switch::gpu_normal_write_inside;
    const auto rule = core_.answer<vocab::NormalWrite>(id);
    if (access.origin != Origin::sync || rule != vocab::NormalWrite::allowed) {
      core_.observe(ObservationKind::gpu_normal_write_inside, access.as.value,
                    static_cast<std::uint32_t>(rule), access.va, w.pa);
    }
    if (rule == vocab::NormalWrite::allowed) return WalkResult::ok;
    if (rule == vocab::NormalWrite::protected_fault) {
      core_.hold_protm_fault();
    }
    return WalkResult::dropped;
  }
  return WalkResult::ok;
}

Translation Mmu::translate(const GpuAccess& access) {
  if (!enabled(access.as)) return {WalkResult::unmapped_as, nullptr, {}};
  const As& a = as_[access.as.value];
  // The MCU's own accesses would wait for UNLOCK as well; that short wait is not modelled.
  if (locked_at(a, access.va) && access.origin != Origin::mcu) {
    core_.observe(ObservationKind::rule_stall_on_locked_region, access.as.value, 0, access.va);
    return {WalkResult::locked, nullptr, {}};
  }
  const bool write = access.direction == Direction::write;
  const std::uint64_t in_page = access.va & vocab::kPageMask;
  if (access.mode == GpuMode::normal || !write) {
    const CacheLine* const hit = plain_hit(access.as, access.va, access.direction);
    if (hit != nullptr) return {WalkResult::ok, hit->bytes + in_page, vocab::Pa{hit->pa + in_page}};
  }
  Walk w = walk(a, access.va);
  if (w.code == Exception::ok) {
    if (!core_.ram.marked(vocab::Pa{w.last_table}, PageMark::table)) {
      watch_.walked(a.live.transtab & lpae::kAddressMask, access.va);
    }
    core_.ram.mark(vocab::Pa{w.pa}, PageMark::reached);
    cached_as_ |= 1u << access.as.value;
    cache_[cache_index(access.as.value, access.va)] = {
        cache_tag(access.as.value, access.va), w.pa - in_page, w.descriptor & lpae::kApReadOnly,
        w.at - in_page};
  }
  if (w.code == Exception::ok && write && (w.descriptor & lpae::kApReadOnly) != 0) {
    w.code = Exception::perm_fault_3;
  }
  if (w.code != Exception::ok) {
    const bool inside = access.mode == GpuMode::protected_mode && access.origin != Origin::mcu;
    const auto rule = core_.answer<vocab::MmuFaultInside>(vocab::Switch::mmu_fault_inside);
    if (inside && rule == vocab::MmuFaultInside::protected_fault) {
      core_.hold_protm_fault();
    } else {
      latch_fault(access.as, access.va, w.code, access.direction);
    }
    return {WalkResult::fault, nullptr, {}};
  }
  const WalkResult allowed = protection(access, w);
  return {allowed, w.at, vocab::Pa{w.pa}};
}

template <class Each>
void Mmu::for_each_user(std::uint64_t root, Each each) const {
  for (std::uint32_t as = 0; as < vocab::kMaxAs; ++as) {
    const bool uses = (as_[as].live.transtab & lpae::kAddressMask) == root;
    if (uses && enabled(vocab::AsNr{as})) each(as);
  }
}

void Mmu::table_changes(vocab::Pa pa, std::span<const std::byte> from) {
  watch_.changed_by(pa, from, [&](const TableEntry& entry) {
    for_each_user(entry.root, [&](std::uint32_t as) {
      const std::uint64_t last = entry.va + entry.size - 1;
      if (locked_at(as_[as], entry.va) && locked_at(as_[as], last)) return;
      core_.observe(ObservationKind::rule_table_changed_unlocked, as, entry.level, entry.va,
                    entry.descriptor);
    });
  });
}

void Mmu::page_goes(vocab::Pa page) {
  const bool table = core_.ram.marked(page, PageMark::table);
  if (!table && !core_.ram.marked(page, PageMark::reached)) return;
  // No driver can take an AS down while the GPU hangs in protected mode: it asks for a reset, and
  // panthor_vm_free() waits for none.
  if (core_.overdue_inside(vocab::kExitWaitNs)) return;
  const auto for_each_blamed = [&](std::uint64_t root, auto each) {
    for_each_user(root, [&](std::uint32_t as) {
      // Nor this one.
      if ((hung_as_ >> as & 1) == 0) each(as);
    });
  };
  const auto still_used = [&](std::uint64_t root, std::uint32_t level, std::uint64_t va) {
    for_each_blamed(root, [&](std::uint32_t as) {
      core_.observe(ObservationKind::rule_freed_page_mapped, as, level, va, page.value);
    });
  };
  if (table) still_used(page.value, 0, 0);  // as the root
  const auto matters = [&](std::uint64_t root) {
    bool blamed = false;
    for_each_blamed(root, [&](std::uint32_t) { blamed = true; });
    return blamed;
  };
  watch_.leading_to(page, matters, [&](const TableEntry& entry) {
    still_used(entry.root, entry.level, entry.va);
  });
}

WalkResult Mmu::load32(GpuAccess access, std::uint32_t& value) {
  access.va &= ~3ull;  // Assumption: the low address bits are ignored
  const Translation t = translate(access);
  value = 0;
  if (t.result == WalkResult::ok) std::memcpy(&value, t.at, sizeof value);
  return t.result == WalkResult::dropped ? WalkResult::ok : t.result;
}

WalkResult Mmu::store32(GpuAccess access, std::uint32_t value) {
  access.va &= ~3ull;
  const Translation t = translate(access);
  if (t.result == WalkResult::ok) std::memcpy(t.at, &value, sizeof value);
  return t.result == WalkResult::dropped ? WalkResult::ok : t.result;
}

WalkResult Mmu::load64(GpuAccess access, std::uint64_t& value) {
  if ((access.va & 7) == 0) {
    const Translation t = translate(access);
    value = 0;
    if (t.result == WalkResult::ok) std::memcpy(&value, t.at, sizeof value);
    return t.result == WalkResult::dropped ? WalkResult::ok : t.result;
  }
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  WalkResult r = load32(access, low);
  access.va += 4;
  if (r == WalkResult::ok) r = load32(access, high);
  value = low | std::uint64_t{high} << 32;
  return r;
}

WalkResult Mmu::store64(GpuAccess access, std::uint64_t value) {
  if ((access.va & 7) == 0) {
    const Translation t = translate(access);
    if (t.result == WalkResult::ok) std::memcpy(t.at, &value, sizeof value);
    return t.result == WalkResult::dropped ? WalkResult::ok : t.result;
  }
  WalkResult r = store32(access, static_cast<std::uint32_t>(value));
  access.va += 4;
  if (r == WalkResult::ok) r = store32(access, static_cast<std::uint32_t>(value >> 32));
  return r;
}

}  // namespace protm::gpu
