// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/linux-uml/coroutine.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

// Saves what a called function must keep, stores the stack pointer, takes the other one.
extern "C" void protm_uml_switch(void** save, void* to);
// First frame of a body: its argument waits in a callee-saved register.
extern "C" void protm_uml_first();

#if defined(__x86_64__)
asm(R"(
.text
.globl protm_uml_switch
.hidden protm_uml_switch
.type protm_uml_switch, @function
protm_uml_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size protm_uml_switch, .-protm_uml_switch
.globl protm_uml_first
.hidden protm_uml_first
.type protm_uml_first, @function
protm_uml_first:
  movq %rbx, %rdi
  callq *%r12
  hlt
.size protm_uml_first, .-protm_uml_first
)");
#else
extern "C" void protm_uml_switch(void**, void*) { std::abort(); }
extern "C" void protm_uml_first() { std::abort(); }
#endif

namespace protm::uml {
namespace {

constexpr std::size_t kStackBytes = std::size_t{1} << 20;
constexpr std::size_t kGuardBytes = 4096;

}  // namespace

Coroutine::Coroutine(void (*body)(void*), void* argument) : body_(body), argument_(argument) {
  void* const map = mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                         -1, 0);
  if (map == MAP_FAILED || mprotect(map, kGuardBytes, PROT_NONE) != 0) {
    std::perror("protm: stack of the step runner");
    std::abort();
  }
  stack_ = static_cast<std::byte*>(map);
  // What the switch pops: r15 r14 r13 r12 rbx rbp, then the address it returns to. There the stack
  // is aligned as before a call.
  auto* top = reinterpret_cast<std::uint64_t*>(stack_ + kStackBytes - 64);
  *--top = reinterpret_cast<std::uint64_t>(&protm_uml_first);
  *--top = 0;
  *--top = reinterpret_cast<std::uint64_t>(this);
  *--top = reinterpret_cast<std::uint64_t>(&Coroutine::entry);
  *--top = 0;
  *--top = 0;
  *--top = 0;
  inside_ = top;
}

Coroutine::~Coroutine() { munmap(stack_, kStackBytes); }

void Coroutine::entry(Coroutine* self) {
  self->body_(self->argument_);
  self->ended_ = true;
  for (;;) self->yield();
}

void Coroutine::resume() {
  if (!ended_) protm_uml_switch(&outside_, inside_);
}

void Coroutine::yield() { protm_uml_switch(&inside_, outside_); }

}  // namespace protm::uml
