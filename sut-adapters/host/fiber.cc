// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/host/fiber.h"

#include <sys/mman.h>

#include <boost/context/detail/fcontext.hpp>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "sut-adapters/host/fiber_sanitizer.h"

namespace protm::host {
namespace {

namespace bc = boost::context::detail;
constexpr std::size_t kGuardBytes = 4096;

struct Stack {
  std::byte* low = nullptr;
  const void* owner = nullptr;   ///< nullptr: free
};

/// All stacks of the process. They are never returned to the system: the next run needs them.
class StackPool {
 public:
  std::byte* take(const void* owner) {
    if (free_.empty()) {
      stacks_.push_back(Stack{make(), nullptr});
      free_.push_back(stacks_.size() - 1);
    }
    const std::size_t i = free_.back();
    free_.pop_back();
    stacks_[i].owner = owner;
    // A task that was dropped half way may have left poison behind.
    sanitizer_unpoison(stacks_[i].low, kFiberStackBytes);
    return stacks_[i].low;
  }
  void give_back(const std::byte* low) {
    for (std::size_t i = 0; i < stacks_.size(); ++i) {
      if (stacks_[i].low == low) return release(i);
    }
  }
  void give_back_all_of(const void* owner) {
    for (std::size_t i = 0; i < stacks_.size(); ++i) {
      if (stacks_[i].owner == owner) release(i);
    }
  }

 private:
  void release(std::size_t i) {
    if (stacks_[i].owner != nullptr) free_.push_back(i);
    stacks_[i].owner = nullptr;
  }
  static std::byte* make() {
    void* const p = mmap(nullptr, kFiberStackBytes + kGuardBytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED || mprotect(p, kGuardBytes, PROT_NONE) != 0) {
      std::fprintf(stderr, "protm: no memory for a task's stack\n");
      std::abort();
    }
    return static_cast<std::byte*>(p) + kGuardBytes;
  }

  std::vector<Stack> stacks_;
  std::vector<std::size_t> free_;
};

StackPool& pool() {
  static StackPool* const all = new StackPool;   // never destroyed: statics may outlive it
  return *all;
}

}  // namespace

/// First frame of every fiber.
struct FiberEntry {
  static void run(bc::transfer_t from) noexcept {
    Fiber& self = *static_cast<Fiber*>(from.data);
    sanitizer_arrive(nullptr, &self.caller_stack_, &self.caller_bytes_);
    self.caller_ = from.fctx;
    self.entry_(self.arg_);
    self.finished_ = true;
    sanitizer_leave(nullptr, self.caller_stack_, self.caller_bytes_);
    bc::jump_fcontext(self.caller_, nullptr);
    std::abort();   // nobody resumes a finished fiber
  }
};

void Fiber::start(Entry entry, void* arg, const void* owner) {
  stack_ = pool().take(owner);
  entry_ = entry;
  arg_ = arg;
  finished_ = false;
  fake_ = nullptr;
  context_ = bc::make_fcontext(stack_ + kFiberStackBytes, kFiberStackBytes, &FiberEntry::run);
}

void Fiber::resume() {
  void* caller_fake = nullptr;
  sanitizer_leave(&caller_fake, stack_, kFiberStackBytes);
  const bc::transfer_t back = bc::jump_fcontext(context_, this);
  sanitizer_arrive(caller_fake, nullptr, nullptr);
  context_ = back.fctx;
}

void Fiber::suspend() {
  sanitizer_leave(&fake_, caller_stack_, caller_bytes_);
  const bc::transfer_t back = bc::jump_fcontext(caller_, nullptr);
  sanitizer_arrive(fake_, &caller_stack_, &caller_bytes_);
  caller_ = back.fctx;
}

void Fiber::drop() {
  if (stack_ != nullptr) pool().give_back(stack_);
  stack_ = nullptr;
  context_ = nullptr;
}

void Fiber::drop_all_of(const void* owner) { pool().give_back_all_of(owner); }

}  // namespace protm::host
