// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/gpuvm_split.h"

#include <cerrno>

namespace protm::host {

using contract::GpuVa;
using contract::GpuVaRest;
using contract::GpuVm;
using contract::GpuVmSteps;
using contract::Ptr;

namespace {

/// What stays of `old` left and right of the request [from, to).
struct Cut {
  GpuVaRest prev;
  GpuVaRest next;
};

Cut cut(const GpuVa& old, std::uint64_t from, std::uint64_t to) {
  Cut rest;
  const std::uint64_t end = old.va + old.range;
  if (old.va < from) rest.prev = {old.va, from - old.va, old.offset};
  if (end > to) rest.next = {to, end - to, old.offset + (to - old.va)};
  return rest;
}

int step(const GpuVmSteps& steps, const Ptr<GpuVa>& old, std::uint64_t from, std::uint64_t to) {
  const Cut rest = cut(*old, from, to);
  if (rest.prev.range == 0 && rest.next.range == 0) return steps.unmap(steps.ctx, old);
  return steps.remap(steps.ctx, old, rest.prev, rest.next);
}

}  // namespace

GpuVms::Tree& GpuVms::tree(const GpuVm& vm) {
  const auto it = vms_.find(vm.id);
  if (it == vms_.end()) contract::oops(contract::OopsKind::bad_call, "gpuvm");
  return it->second;
}

bool GpuVms::range_valid(const Tree& t, std::uint64_t va, std::uint64_t range) {
  if (range > UINT64_MAX - va) return false;
  if (va < t.start || va + range > t.end) return false;
  const bool hits_reserved =
      t.reserved_end > t.reserved_start && va < t.reserved_end && va + range > t.reserved_start;
  return !hits_reserved;
}

int GpuVms::init(GpuVm& vm, std::uint64_t start, std::uint64_t range, std::uint64_t reserved_start,
                 std::uint64_t reserved_range) {
  if (range > UINT64_MAX - start || reserved_range > UINT64_MAX - reserved_start) return -EINVAL;
  vm.id = ++last_id_;
  Tree& made = vms_.try_emplace(vm.id, vms_.get_allocator().resource()).first->second;
  made.start = start;
  made.end = start + range;
  made.reserved_start = reserved_start;
  made.reserved_end = reserved_start + reserved_range;
  return 0;
}

void GpuVms::fini(GpuVm& vm) {
  if (!tree(vm).mappings.empty()) kernel_.warn("gpuvm destroyed with mappings in it");
  vms_.erase(vm.id);
  vm.id = 0;
}

const GpuVms::Mapping* GpuVms::first_overlap(const Tree& t, std::uint64_t va, std::uint64_t end) {
  auto it = t.mappings.upper_bound(va);
  if (it != t.mappings.begin() && std::prev(it)->second.end > va) --it;
  if (it == t.mappings.end() || it->first >= end) return nullptr;
  return &it->second;
}

int GpuVms::sm_map(GpuVm& vm, const contract::GpuVaRequest& request, const GpuVmSteps& steps) {
  Tree& t = tree(vm);
  if (request.range == 0 || !range_valid(t, request.va, request.range)) return -EINVAL;
  const std::uint64_t end = request.va + request.range;
  std::uint64_t cursor = request.va;
  while (const Mapping* const found = first_overlap(t, cursor, end)) {
    // The step may remove the mapping, so what is needed of it is read before.
    const Ptr<GpuVa> old = found->va;
    const std::uint64_t old_end = found->end;
    const int error = step(steps, old, request.va, end);
    if (error != 0) return error;
    if (old_end >= end) break;
    cursor = old_end;
  }
  return steps.map(steps.ctx, request);
}

int GpuVms::sm_unmap(GpuVm& vm, std::uint64_t va, std::uint64_t range, const GpuVmSteps& steps) {
  Tree& t = tree(vm);
  if (range == 0 || !range_valid(t, va, range)) return -EINVAL;
  const std::uint64_t end = va + range;
  std::uint64_t cursor = va;
  while (cursor < end) {
    const Mapping* const found = first_overlap(t, cursor, end);
    if (found == nullptr) break;
    const Ptr<GpuVa> old = found->va;
    const std::uint64_t old_end = found->end;
    const int error = step(steps, old, va, end);
    if (error != 0) return error;
    cursor = old_end;
  }
  return 0;
}

int GpuVms::insert(GpuVm& vm, const Ptr<GpuVa>& va) {
  Tree& t = tree(vm);
  if (va->range == 0 || !range_valid(t, va->va, va->range)) return -EINVAL;
  const std::uint64_t end = va->va + va->range;
  if (first_overlap(t, va->va, end) != nullptr) return -EEXIST;
  t.mappings.emplace(va->va, Mapping{va, end});
  return 0;
}

void GpuVms::remove(GpuVm& vm, const Ptr<GpuVa>& va) {
  Tree& t = tree(vm);
  const auto it = t.mappings.find(va->va);
  if (it == t.mappings.end() || it->second.va != va) {
    kernel_.warn("gpuva removed that is not in the tree");
    return;
  }
  t.mappings.erase(it);
}

Ptr<GpuVa> GpuVms::find(GpuVm& vm, std::uint64_t va, std::uint64_t range) {
  if (range > UINT64_MAX - va) return nullptr;
  const Mapping* const found = first_overlap(tree(vm), va, va + range);
  return found != nullptr ? found->va : Ptr<GpuVa>(nullptr);
}

void GpuVms::for_each(GpuVm& vm, contract::FunctionRef<void(const Ptr<GpuVa>&)> visit) {
  Tree& t = tree(vm);
  auto it = t.mappings.begin();
  while (it != t.mappings.end()) {
    const std::uint64_t key = it->first;
    const Ptr<GpuVa> va = it->second.va;
    visit(va);
    it = t.mappings.upper_bound(key);
  }
}

}  // namespace protm::host
