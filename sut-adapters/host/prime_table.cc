// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/prime_table.h"

#include <cerrno>

namespace protm::host {

using contract::DmaBuf;
using contract::Ptr;
using contract::Result;

Result<Ptr<DmaBuf>> PrimeTable::export_object(const GemPtr& gem, DrmUser user) {
  if (gem->imported) {
    bufs_.get(gem->dma_buf);
    return gem->dma_buf;
  }
  if (const Ptr<DmaBuf> known = gems_.exported(gem); known != nullptr) {
    bufs_.get(known);
    return known;
  }
  const contract::DrmDriverOps& ops = *user.node.ops;
  const int error = ops.prime_export != nullptr ? ops.prime_export(user.node.driver, gem) : 0;
  if (error != 0) return tl::unexpected(error);
  const Result<DmaBufPtr> made = bufs_.create(gem, user.instance);
  if (!made) return tl::unexpected(made.error());
  gems_.get(gem);
  kernel_.drm_instance_get(user.instance);
  const Ptr<DmaBuf> buf = *made;
  gems_.set_exported(gem, buf);
  return buf;
}

Result<Ptr<DmaBuf>> PrimeTable::to_buf(const GemHandles& handles, PrimeHandles& primes,
                                       std::uint32_t handle, DrmUser user) {
  const GemPtr gem = gems_.lookup(handles, handle);
  if (gem == nullptr) return tl::unexpected(-ENOENT);
  const auto known = primes.find(handle);
  Result<Ptr<DmaBuf>> buf;
  if (known != primes.end()) {
    bufs_.get(known->second);
    buf = known->second;
  } else {
    buf = export_object(gem, user);
    if (buf) {
      bufs_.get(*buf);
      primes.emplace(handle, *buf);
    }
  }
  gems_.put(gem);
  return buf;
}

Result<GemPtr> PrimeTable::import_object(const Ptr<DmaBuf>& buf, DrmUser user) {
  const DmaBufPtr own = DmaBufTable::obj(buf);
  if (own->gem != nullptr && own->instance == user.instance) {
    gems_.get(own->gem);
    return own->gem;
  }
  return gems_.prime_import(user.node, buf);
}

Result<std::uint32_t> PrimeTable::to_handle(GemHandles& handles, PrimeHandles& primes,
                                            const Ptr<DmaBuf>& buf, DrmUser user) {
  for (const auto& [handle, known] : primes) {
    if (known == buf) return handle;
  }
  const Result<GemPtr> gem = import_object(buf, user);
  if (!gem) return tl::unexpected(gem.error());
  if (gems_.exported(*gem) == nullptr) gems_.set_exported(*gem, buf);
  const Result<std::uint32_t> handle = gems_.handle_create(handles, *gem);
  gems_.put(*gem);  // the handle has its own
  if (!handle) return handle;
  bufs_.get(buf);
  primes.emplace(*handle, buf);
  return handle;
}

void PrimeTable::forget(PrimeHandles& primes, std::uint32_t handle) {
  const auto it = primes.find(handle);
  if (it == primes.end()) return;
  const Ptr<DmaBuf> buf = it->second;
  primes.erase(it);
  bufs_.put(buf);
}

void PrimeTable::release(PrimeHandles& primes) {
  while (!primes.empty()) forget(primes, primes.begin()->first);
}

int PrimeTable::export_attached(const GemPtr& gem) {
  const ResvPtr resv = gem->resv;
  resvs_.lock_all(std::span(&resv, 1));
  const int error = gems_.pin(gem);
  resvs_.unlock_all(std::span(&resv, 1));
  return error;
}

void PrimeTable::export_detached(const GemPtr& gem) {
  const ResvPtr resv = gem->resv;
  resvs_.lock_all(std::span(&resv, 1));
  gems_.unpin(gem);
  resvs_.unlock_all(std::span(&resv, 1));
}

void PrimeTable::export_released(const GemPtr& gem, std::uint32_t instance) {
  gems_.put(gem);
  kernel_.drm_instance_put(instance);
}

}  // namespace protm::host
