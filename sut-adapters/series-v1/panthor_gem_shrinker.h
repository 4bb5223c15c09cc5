// SPDX-License-Identifier: GPL-2.0-only
// Reclaim of buffer objects on the 7.x base: LRU lists by reclaim state, eviction of GPU mappings,
// their return at a submit. What the series adds is in panthor_vm_lock_region(), which waits for
// protected mode here as well.
// Not modelled: gem_lru_mutex and gpuva.lock, kswapd, a system without free swap.
// Source: panthor_gem.c, panthor_mmu.c (7.x) panthor_vm_evict_bo_mappings_locked().
#pragma once

#include "sut-adapters/series-v1/panthor_mmu.h"

namespace protm::v1 {

/// shrinker::scan_objects. Pages that came.
std::uint64_t panthor_gem_shrinker_scan(void* driver, std::uint64_t nr_to_scan);
/// GemOps::use_changed.
void panthor_gem_update_reclaim_state(void* driver, const contract::Ptr<contract::GemObject>& obj);
/// A mapping of the object, or an operation that will make one, comes to the VM (drm_gpuvm_bo).
void panthor_vm_bo_obtain(Vm* vm, const contract::Ptr<contract::GemObject>& obj);
void panthor_vm_bo_put(Vm* vm, const contract::Ptr<contract::GemObject>& obj);
/// The VM was used: its objects go last.
void panthor_vm_reclaim_touch(Vm* vm);
/// drm_gpuvm_validate(): what was evicted is mapped again. Under the VM's reservation.
/// Errors: ENOMEM, ETIMEDOUT.
int panthor_vm_validate(Vm* vm);

}  // namespace protm::v1
