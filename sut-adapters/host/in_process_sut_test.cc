// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/in_process_sut.h"

#include <doctest/doctest.h>

#include "gpu-model/vocab/errno.h"
#include "sut-adapters/host/kernel_test_bench.h"

using namespace protm;
using namespace protm::host;
using contract::Call;
using contract::Ptr;
using contract::RecordKind;
using contract::Result;
using contract::SysCall;

namespace {

struct ToyOptions {
  int probe_result = 0;
  bool leak_on_remove = false;
  bool put_drops_two = false;   ///< a bug: each put takes two references
  bool slow_remove = false;
};

/// A heap core without a char device, and a device that allocates one object.
class ToyDriver final : public contract::Driver {
 public:
  struct Heap : contract::DmaHeapBase {
    const char* name = "";
    contract::HeapExport info;
    contract::Kref refs;
  };
  struct Device {
    int x = 0;
  };
  ToyDriver(contract::Kernel& k, contract::Drm& drm, std::pmr::memory_resource* memory,
            const ToyOptions& options)
      : k_(k), drm_(drm), options_(options), heaps_(memory) {}

  int module_init() override {
    class_ = k_.make<Device>("class");
    return class_ == nullptr ? -ENOMEM : 0;
  }
  void module_exit() override {}
  Result<Ptr<contract::DmaHeapBase>> dma_heap_add(const contract::HeapExport& info) override {
    for (const auto& h : heaps_) {
      if (std::string_view(h->name) == info.name) return tl::unexpected(-EEXIST);
    }
    const auto h = k_.make<Heap>("heap");
    if (h == nullptr) return tl::unexpected(-ENOMEM);
    h->name = info.name;
    h->info = info;
    k_.kref_init(h->refs);
    heaps_.push_back(h);
    return Ptr<contract::DmaHeapBase>(h);
  }
  Ptr<contract::DmaHeapBase> dma_heap_find(const char* name) override {
    for (const auto& h : heaps_) {
      if (std::string_view(h->name) != name) continue;
      k_.kref_get(h->refs, "heap");
      return h;
    }
    return nullptr;
  }
  void dma_heap_put(const Ptr<contract::DmaHeapBase>& heap) override {
    if (!heap) return;
    const auto h = contract::ptr_cast<Heap>(heap);
    if (options_.put_drops_two && k_.kref_put(h->refs, "heap")) return;
    if (!k_.kref_put(h->refs, "heap")) return;
    std::erase_if(heaps_, [&](const auto& other) { return other == h; });
    k_.free(h);
  }
  Result<Ptr<contract::DmaBuf>> dma_heap_buffer_alloc(const Ptr<contract::DmaHeapBase>& heap,
                                                      std::uint64_t len, std::uint32_t fd_flags,
                                                      std::uint64_t heap_flags) override {
    const auto h = contract::ptr_cast<Heap>(heap);
    return h->info.allocate(h->info.priv, len, fd_flags, heap_flags);
  }
  int suspend() override { return k_.pm_runtime_force_suspend(); }
  int resume() override { return k_.pm_runtime_force_resume(); }
  int probe() override {
    k_.usleep(1000);
    if (options_.probe_result != 0) return options_.probe_result;
    device_ = k_.make<Device>("device");
    drm_.mm_init(space_, 0, vocab::kPageSize);
    return drm_.gpuvm_init(tree_, 0, vocab::kPageSize, 0, 0);
  }
  void remove() override {
    if (!options_.leak_on_remove) {
      drm_.gpuvm_fini(tree_);
      drm_.mm_fini(space_);
    }
    if (options_.slow_remove) k_.usleep(500);
    if (!options_.leak_on_remove) k_.free(device_);
  }
  contract::DriverRest rest() const override {
    contract::DriverRest r;
    r.heaps = static_cast<std::uint32_t>(heaps_.size());
    return r;
  }

 private:
  contract::Kernel& k_;
  contract::Drm& drm_;
  contract::VaSpace space_;
  contract::GpuVm tree_;
  ToyOptions options_;
  std::pmr::vector<Ptr<Heap>> heaps_;
  Ptr<Device> class_, device_;
};

contract::Driver* make_toy(contract::Kernel& k, contract::Drm& drm,
                           std::pmr::memory_resource* memory, const void* options) {
  return new (memory->allocate(sizeof(ToyDriver), alignof(ToyDriver)))
      ToyDriver(k, drm, memory, *static_cast<const ToyOptions*>(options));
}

/// A Sut with the toy driver in memory that is dropped as a whole, as a World is.
struct SutBench {
  explicit SutBench(ToyOptions o = {}) : options(o) {
    contract::Surroundings around;
    around.bus = &bus;
    around.user = &user;
    around.memory = &memory;
    sut = make_in_process_sut({"toy", "1", 0}, around, make_toy, &options);
  }
  /// Runs a call to its end; nothing when it never ends.
  std::optional<std::int64_t> call(SysCall what, std::string_view name = {}, std::uint64_t a = 0,
                                   std::uint64_t b = 0) {
    Call c;
    c.call = what;
    c.name = name;
    c.args[0] = a;
    c.args[1] = b;
    c.step = ++step;
    sut->start(c);
    for (;;) {
      sut->run_ready();
      for (const contract::Returned& r : sut->take_returned()) {
        if (r.step == c.step) return r.result;
      }
      const std::uint64_t t = std::min(bus.next_event_ns(), sut->next_timer_ns());
      if (t == vocab::kNever) return std::nullopt;
      bus.advance(vocab::SimTime{t});
      sut->time_reached();
    }
  }
  [[nodiscard]] std::map<std::string, std::uint64_t> found(RecordKind kind) const {
    std::map<std::string, std::uint64_t> all;
    for (const contract::Record& r : bus.records) {
      if (r.kind == kind) all[bus.texts[r.text]] = kind == RecordKind::leak ? r.a : r.c;
    }
    return all;
  }

  ToyOptions options;
  FakeBus bus;
  FakeUser user;
  std::pmr::monotonic_buffer_resource memory{std::pmr::new_delete_resource()};
  contract::Sut* sut = nullptr;
  std::uint32_t step = 0;
};

}  // namespace

TEST_CASE("InProcessSut: heaps are registered, found, used and put before anything is loaded") {
  SutBench t;
  const std::string name = "secure";   // not the Sut's to keep
  CHECK(t.call(SysCall::heap_register, name, 1, 8192) == 1);
  CHECK(t.call(SysCall::heap_register, name, 1, 8192) == -EEXIST);
  CHECK(t.call(SysCall::heap_find, "none") == 0);
  CHECK(t.call(SysCall::heap_find, "secure") == 2);
  CHECK(t.call(SysCall::heap_alloc, {}, 2, 4096) == 1);
  t.sut->report_rest(false);
  CHECK(t.found(RecordKind::rest_state).at("live_heap_buffers") == 1);
  CHECK(t.found(RecordKind::rest_state).at("heaps") == 1);
  CHECK(t.call(SysCall::buffer_put, {}, 1) == 0);
  CHECK(t.call(SysCall::heap_put, {}, 0) == 0);
  CHECK(t.call(SysCall::heap_put, {}, 2) == 0);
  CHECK(t.call(SysCall::heap_put, {}, 99) == -EINVAL);
  CHECK(t.call(SysCall::heap_unregister, {}, 1) == 0);
  t.bus.records.clear();
  t.sut->report_rest(true);
  CHECK(t.found(RecordKind::leak).empty());
  CHECK(t.found(RecordKind::rest_state).at("live_heap_buffers") == 0);
  CHECK(t.sut->no_tasks());
}

TEST_CASE("InProcessSut: an oops stops the call that ran into it; the call never returns, others "
          "go on") {
  SutBench t({.put_drops_two = true});
  CHECK(t.call(SysCall::heap_register, "h", 1) == 1);
  CHECK(t.call(SysCall::heap_find, "h") == 2);
  CHECK(t.call(SysCall::heap_put, {}, 2) == 0);   // the driver frees what the exporter still holds
  CHECK(t.call(SysCall::heap_unregister, {}, 1) == std::nullopt);
  CHECK(t.sut->stopped_tasks() == 1);
  CHECK_FALSE(t.sut->no_tasks());
  CHECK(t.found(RecordKind::kernel_oops).count("heap") == 1);
  CHECK(t.call(SysCall::heap_find, "h") == 0);
}

TEST_CASE("InProcessSut: who gave a reference back has none to give again") {
  SutBench t;
  CHECK(t.call(SysCall::heap_register, "h", 1) == 1);
  CHECK(t.call(SysCall::heap_alloc, {}, 1, 4096) == 1);
  CHECK(t.call(SysCall::buffer_put, {}, 1) == 0);
  CHECK(t.call(SysCall::buffer_put, {}, 1) == -EINVAL);
  CHECK(t.call(SysCall::heap_put, {}, 1) == 0);
  CHECK(t.call(SysCall::heap_put, {}, 1) == -EINVAL);
  CHECK(t.call(SysCall::heap_unregister, {}, 1) == -EINVAL);
  CHECK(t.call(SysCall::heap_alloc, {}, 1, 4096) == -EINVAL);
  CHECK(t.found(RecordKind::kernel_oops).empty());
}

TEST_CASE("InProcessSut: a found heap stays usable after its exporter's put, and nothing is left") {
  SutBench t;
  CHECK(t.call(SysCall::heap_register, "h", 1) == 1);
  CHECK(t.call(SysCall::heap_find, "h") == 2);
  CHECK(t.call(SysCall::heap_unregister, {}, 1) == 0);   // found heap keeps the object alive
  CHECK(t.call(SysCall::heap_alloc, {}, 2, 4096) == 1);
  CHECK(t.call(SysCall::buffer_put, {}, 1) == 0);
  CHECK(t.call(SysCall::heap_put, {}, 2) == 0);
  t.sut->report_rest(true);
  CHECK(t.found(RecordKind::kernel_oops).empty());
  CHECK(t.found(RecordKind::leak).empty());
}

TEST_CASE("InProcessSut: load probes, waits are told once, unbind leaves nothing behind") {
  SutBench t;
  CHECK(t.call(SysCall::probe) == -ENODEV);
  CHECK(t.call(SysCall::load) == 0);
  const auto blocked = t.sut->take_blocked();
  REQUIRE(blocked.size() == 1);
  CHECK(blocked[0].step == 2);
  CHECK(t.sut->take_blocked().empty());
  CHECK(t.call(SysCall::load) == -EEXIST);
  CHECK(t.call(SysCall::probe) == -EBUSY);
  CHECK(t.call(SysCall::unbind) == 0);
  CHECK(t.call(SysCall::unbind) == -ENODEV);
  CHECK(t.call(SysCall::probe) == 0);
  CHECK(t.call(SysCall::unbind) == 0);
  t.sut->report_rest(true);
  CHECK(t.found(RecordKind::leak).empty());
}

TEST_CASE("InProcessSut: an object that survives unbind is a leak with its role") {
  SutBench t({.probe_result = 0, .leak_on_remove = true});
  CHECK(t.call(SysCall::load) == 0);
  CHECK(t.call(SysCall::unbind) == 0);
  CHECK(t.call(SysCall::probe) == 0);
  CHECK(t.call(SysCall::unbind) == 0);
  t.sut->report_rest(true);
  CHECK(t.found(RecordKind::leak) == std::map<std::string, std::uint64_t>{
                                         {"device", 2}, {"drm_mm", 2}, {"gpuvm", 2}});
}

TEST_CASE("InProcessSut: a deferral is 0 from load and -EAGAIN from bind") {
  SutBench t({.probe_result = -vocab::kEPROBE_DEFER, .leak_on_remove = false});
  CHECK(t.call(SysCall::load) == 0);
  CHECK(t.call(SysCall::probe) == -EAGAIN);
  CHECK(t.call(SysCall::unbind) == -ENODEV);
}

TEST_CASE("InProcessSut: nothing is probed while the system sleeps, and what came is afterwards") {
  SutBench t;
  CHECK(t.call(SysCall::suspend) == 0);
  CHECK(t.call(SysCall::load) == 0);
  CHECK(t.call(SysCall::unbind) == -EBUSY);
  CHECK(t.sut->take_blocked().empty());   // the probe waits for a while
  CHECK(t.call(SysCall::resume) == 0);
  CHECK(t.call(SysCall::probe) == -EBUSY);
  CHECK(t.call(SysCall::unbind) == 0);
  t.sut->report_rest(true);
  CHECK(t.found(RecordKind::leak).empty());
}

TEST_CASE("InProcessSut: a bind waits until an unbind is over, and a second unbind finds it done") {
  SutBench t({.probe_result = 0, .leak_on_remove = false, .slow_remove = true});
  CHECK(t.call(SysCall::load) == 0);
  const SysCall calls[] = {SysCall::unbind, SysCall::unbind, SysCall::probe};
  for (std::uint32_t i = 0; i < 3; ++i) {
    t.sut->start(Call{.call = calls[i], .actor = i, .step = 100 + i});
  }
  std::map<std::uint32_t, std::int64_t> results;
  const std::uint64_t begin = t.bus.time.ns;
  while (results.size() < 3) {
    t.sut->run_ready();
    for (const contract::Returned& r : t.sut->take_returned()) results[r.step] = r.result;
    const std::uint64_t next = std::min(t.bus.next_event_ns(), t.sut->next_timer_ns());
    if (next == vocab::kNever) break;
    t.bus.advance(vocab::SimTime{next});
    t.sut->time_reached();
  }
  CHECK(results == std::map<std::uint32_t, std::int64_t>{{100, 0}, {101, 0}, {102, 0}});
  CHECK(t.bus.time.ns - begin >= 1'500'000);   // one after the other
  CHECK(t.call(SysCall::unbind) == 0);
  t.sut->report_rest(true);
  CHECK(t.found(RecordKind::leak).empty());
  CHECK(t.found(RecordKind::kernel_oops).empty());
}

TEST_CASE("InProcessSut: a sleeping call takes its time") {
  SutBench t;
  CHECK(t.call(SysCall::sleep, {}, 12'345) == 0);
  CHECK(t.bus.time.ns == 12'345);
}
