// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/heap_provider.h"

#include <doctest/doctest.h>

#include "sut-adapters/host/drm_test_bench.h"

namespace protm::host {
namespace {

using contract::DmaBuf;
using contract::Ptr;
using contract::RecordKind;
using contract::Result;

struct Heap : DrmBench {
  HeapProvider* provider = drm->provider_add("protected", true, 0x10000);

  Result<Ptr<DmaBuf>> allocate(std::uint64_t len) {
    const contract::HeapExport& e = provider->exported();
    return e.allocate(e.priv, len, 2, 0);
  }
  const contract::Record& last(RecordKind kind) {
    for (auto it = bench.bus.records.rbegin(); it != bench.bus.records.rend(); ++it) {
      if (it->kind == kind) return *it;
    }
    static const contract::Record kNone{};
    return kNone;
  }
};

}  // namespace

TEST_CASE("HeapProvider: allocation makes whole pages, is recorded, and the last put frees later") {
  Heap h;
  std::uint32_t live_after_put = 0;
  h.step([&] {
    const auto buf = h.allocate(5000);
    CHECK((*buf)->size == 8192);
    CHECK(h.drm->live_buffers() == 1);
    h.drm->dma_buf_put(*buf);
    live_after_put = h.drm->live_buffers();
    return 0;
  });
  CHECK(live_after_put == 1);
  CHECK(h.drm->live_buffers() == 0);
  CHECK(h.bench.bus.pages_freed == 2);
  CHECK(h.last(RecordKind::heap_alloc).a == 1);
  CHECK(h.last(RecordKind::heap_alloc).b == 2);
  CHECK(h.last(RecordKind::heap_alloc).c == 5000);
  CHECK(h.last(RecordKind::heap_alloc).sub == 0);
  CHECK(h.last(RecordKind::heap_buffer_freed).c == 8192);
}

TEST_CASE("HeapProvider: faults and the limit of the heap") {
  Heap h;
  h.step([&] {
    CHECK(h.allocate(0x11000).error() == -ENOMEM);
    CHECK(h.allocate(0x10000).has_value());
    CHECK(h.allocate(1).error() == -ENOMEM);
    return 0;
  });
  CHECK(h.last(RecordKind::heap_alloc).sub == ENOMEM);
  Heap faulty;
  faulty.bench.bus.fail_call = "heap_alloc";
  faulty.bench.bus.fail_role = "protected";
  faulty.step([&] {
    faulty.bench.bus.fail_value = -EIO;
    CHECK(faulty.allocate(0x4000).error() == -EIO);
    faulty.bench.bus.fail_value = 0x1000;
    CHECK(faulty.allocate(0x4000).value()->size == 0x3000);
    faulty.bench.bus.fail_value = 0x8000;
    CHECK(faulty.allocate(0x4000).value()->size == 0x1000);
    return 0;
  });
}

TEST_CASE("HeapProvider: allocating from a withdrawn provider is a use after free") {
  Heap h;
  Ptr<DmaBuf> kept;
  h.step([&] {
    kept = h.allocate(0x1000).value();
    return 0;
  });
  h.step([&] {
    h.drm->provider_withdraw(h.provider);
    return 0;
  });
  CHECK(h.step([&] { return h.allocate(0x1000) ? 0 : 1; }) == DrmBench::kPending);
  CHECK(h.bench.count(RecordKind::kernel_oops) == 1);
  h.step([&] {
    h.drm->dma_buf_put(kept);
    return 0;
  });
  CHECK(h.drm->live_buffers() == 0);
}

TEST_CASE("GemTable: an import holds the buffer until the object goes") {
  Heap h;
  GemPtr gem;
  h.step([&] {
    const auto buf = h.allocate(0x3000).value();
    gem = h.drm->gem_prime_import(buf).value();
    h.drm->dma_buf_put(buf);  // the caller's own reference
    CHECK(gem->imported);
    CHECK(gem->size == 0x3000);
    CHECK(h.drm->gem_pages(gem).value().size() == 3);
    CHECK(h.drm->gem_vmap(gem).has_value());  // what the CPU does with it is the machine's to see
    h.drm->gem_vunmap(gem);
    CHECK(h.drm->gem_pin(gem) == 0);
    return 0;
  });
  CHECK(h.drm->live_buffers() == 1);
  h.step([&] {
    h.drm->gem_put(gem);
    return 0;
  });
  CHECK(h.gems_freed == 1);
  CHECK(h.drm->live_buffers() == 0);
  CHECK(h.drm->live_gems() == 0);
  CHECK(h.live("resv") == 0);
  CHECK(h.bench.count(RecordKind::kernel_warn) == 0);
}

TEST_CASE("GemTable: an import that fails anywhere leaves the caller's reference only") {
  for (const char* call : {"prime_attach", "prime_map", "driver"}) {
    CAPTURE(call);
    Heap h;
    h.bench.bus.fail_call = call;
    h.bench.bus.fail_role = "dma_buf";
    if (std::string_view(call) == "driver") h.import_error = -ENOMEM;
    h.step([&] {
      const auto buf = h.allocate(0x1000).value();
      CHECK(h.drm->gem_prime_import(buf).error() == -ENOMEM);
      h.drm->dma_buf_put(buf);
      return 0;
    });
    CHECK(h.drm->live_buffers() == 0);
    CHECK(h.drm->live_gems() == 0);
    CHECK(h.bench.count(RecordKind::kernel_warn) == 0);
  }
}

}  // namespace protm::host
