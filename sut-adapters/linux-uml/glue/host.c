// SPDX-License-Identifier: GPL-2.0-only
/*
 * The part of the glue that is no kernel code: it loads libprotm-rig.so while the process still
 * runs on its own stack, and runs the rig on a stack of its own, because a kernel stack is small.
 * Whoever calls has UML's interrupts off, so that no handler runs into the middle of the rig.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <sys/mman.h>

#include "sut-adapters/linux-uml/glue/protm_glue.h"

enum { STACK_BYTES = 1 << 20 };

static const struct protm_rig_ops *ops;
static char *stack;

int protm_host_open(const char *rig, const char *run_file) {
  void *library = dlopen(rig, RTLD_NOW | RTLD_LOCAL);
  const struct protm_rig_ops *(*entry)(void) = NULL;

  if (library != NULL) *(void **)&entry = dlsym(library, "protm_rig_entry");
  if (entry == NULL) {
    fprintf(stderr, "protm-rig: %s\n", dlerror());
    return 1;
  }
  const struct protm_rig_ops *found = entry();
  if (found->version != PROTM_GLUE_VERSION || found->size != sizeof(*found)) {
    fprintf(stderr, "protm-rig: %s has another version than this kernel's glue\n", rig);
    return 1;
  }
  stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack == MAP_FAILED || found->open(run_file) != 0) return 1;
  ops = found;
  return 0;
}

const struct protm_rig_ops *protm_host_ops(void) { return ops; }

/* Calls fn(argument) on the rig's stack. Never nested: interrupts are off. */
__attribute__((noinline)) void protm_host_run(void (*fn)(void *), void *argument) {
  char *top = stack + STACK_BYTES - 64;

  asm volatile(
      "movq %%rsp, %%rbx\n\t"
      "movq %2, %%rsp\n\t"
      "call *%1\n\t"
      "movq %%rbx, %%rsp\n\t"
      : "+D"(argument)
      : "r"(fn), "r"(top)
      : "rbx", "rax", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "memory", "cc", "xmm0", "xmm1",
        "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",
        "xmm13", "xmm14", "xmm15");
}
