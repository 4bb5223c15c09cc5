// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/fence_table.h"

#include <doctest/doctest.h>

#include "sut-adapters/host/drm_test_bench.h"

namespace protm::host {
namespace {

using contract::Callback;
using contract::RecordKind;

/// A fence table of its own on the bench's kernel.
struct Fences {
  Bench bench;
  DrmContext ctx{.kernel = *bench.kernel, .bus = bench.bus, .memory = bench.kernel->memory()};
  FenceTable table{ctx};
  std::string order;

  FencePtr fence(std::uint64_t context = 1, std::uint64_t seqno = 1) {
    const FencePtr made = table.alloc("fence");
    table.init(made, context, seqno);
    return made;
  }
  template <char kLetter>
  Callback note() {
    return {[](void* f) { static_cast<Fences*>(f)->order += kLetter; }, this, nullptr, 0};
  }
  std::size_t warnings() const { return bench.count(RecordKind::kernel_warn); }
};

}  // namespace

TEST_CASE("FenceTable: one signal runs the callbacks in order, once") {
  Fences f;
  const FencePtr fence = f.fence();
  f.table.add_callback(fence, f.note<'a'>());
  const std::uint64_t gone = f.table.add_callback(fence, f.note<'b'>());
  f.table.add_callback(fence, f.note<'c'>());
  CHECK(f.table.remove_callback(fence, gone));
  CHECK_FALSE(f.table.remove_callback(fence, gone));
  CHECK(f.table.status(fence) == 0);
  f.table.signal(fence);
  f.table.signal(fence);
  CHECK(f.order == "ac");
  CHECK(f.table.status(fence) == 1);
  CHECK(f.table.add_callback(fence, f.note<'d'>()) == 0);
  f.table.put(fence);
  CHECK(f.table.live() == 0);
  CHECK(f.warnings() == 0);
}

TEST_CASE("FenceTable: an error must come before the signal and be an errno") {
  Fences f;
  const FencePtr fence = f.fence();
  f.table.set_error(fence, -ETIMEDOUT);
  f.table.signal(fence);
  CHECK(f.table.status(fence) == -ETIMEDOUT);
  CHECK(f.warnings() == 0);
  f.table.set_error(fence, -EIO);
  CHECK(f.warnings() == 1);
  f.table.set_error(f.fence(), 5);
  CHECK(f.bench.texts(RecordKind::kernel_warn).size() == 2);
}

TEST_CASE("FenceTable: the last put of a fence that is waited for signals -EDEADLK") {
  Fences f;
  const FencePtr fence = f.fence();
  f.table.add_callback(fence, f.note<'x'>());
  f.table.put(fence);
  CHECK(f.order == "x");
  CHECK(f.warnings() == 1);
  CHECK(f.table.live() == 0);
}

TEST_CASE("FenceTable: a waiter sleeps until the signal") {
  Fences f;
  const FencePtr fence = f.fence();
  bool done = false;
  f.bench.now("waiter", [&] {
    f.table.wait(fence);
    done = true;
  });
  CHECK_FALSE(done);
  f.bench.now("signaller", [&] { f.table.signal(fence); });
  CHECK(done);
}

TEST_CASE("FenceTable: a chain link signals after its fence and all links before it") {
  Fences f;
  const FencePtr one = f.fence(1, 1), two = f.fence(2, 1);
  f.table.get(one);
  f.table.get(two);
  const FencePtr first = f.table.chain(nullptr, one, 5);
  f.table.get(first);
  const FencePtr second = f.table.chain(first, two, 9);
  CHECK(second->context == first->context);
  f.table.signal(two);
  CHECK_FALSE(f.table.is_signalled(second));
  CHECK(f.table.chain_find(second, 10).error() == -EINVAL);
  CHECK(f.table.chain_find(one, 1).error() == -EINVAL);
  for (const std::uint64_t point : {1, 5, 6, 9}) {
    const FencePtr found = f.table.chain_find(second, point).value();
    CHECK(found == (point <= 5 ? first : second));
    f.table.put(found);
  }
  CHECK(f.table.chain_signalled_point(second) == 0);
  f.table.signal(one);
  CHECK(f.table.is_signalled(first));
  CHECK(f.table.is_signalled(second));
  CHECK(f.table.chain_find(second, 3).value() == nullptr);
  CHECK(f.table.chain_signalled_point(second) == 9);
  for (const FencePtr& fence : {one, two, first, second}) f.table.put(fence);
  CHECK(f.table.live() == 0);
  CHECK(f.warnings() == 0);
}

TEST_CASE("FenceTable: a point that goes back starts a new timeline that does not go down") {
  Fences f;
  const FencePtr first = f.table.chain(nullptr, f.fence(), 7);
  const FencePtr second = f.table.chain(first, f.fence(2), 4);
  CHECK(second->seqno == 7);
  CHECK(second->context != first->context);
}

TEST_CASE("FenceTable: dropping an unsignalled chain leaves no callback behind") {
  Fences f;
  const FencePtr one = f.fence();
  f.table.get(one);
  const FencePtr link = f.table.chain(nullptr, one, 1);
  f.table.put(link);
  CHECK(f.table.live() == 1);
  f.table.signal(one);
  f.table.put(one);
  CHECK(f.table.live() == 0);
  CHECK(f.warnings() == 0);
}

}  // namespace protm::host
