// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptrace() of the UML process, in place of the C library's: a 6.12 kernel has room for 2696 bytes
 * of floating-point state (arch/x86/um/user-offsets.c HOST_FP_SIZE), and a processor with AMX has
 * 11 KiB. The host refuses to set a part of the state with EFAULT, so what UML saved is put into
 * the whole. Later kernels ask for the size and get what they ask for.
 */
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static long call(long request, long pid, void *address, void *data) {
  return syscall(SYS_ptrace, request, pid, address, data);
}

/* Sets the first bytes of the state, as many as `part` has; the rest stays as it is. */
static long set_state(long pid, void *set, const struct iovec *part) {
  static char whole_state[64 << 10];
  struct iovec whole = {.iov_base = whole_state, .iov_len = sizeof(whole_state)};

  if (call(PTRACE_GETREGSET, pid, set, &whole) < 0) return -1;
  if (whole.iov_len <= part->iov_len) return call(PTRACE_SETREGSET, pid, set, (void *)part);
  memcpy(whole_state, part->iov_base, part->iov_len);
  return call(PTRACE_SETREGSET, pid, set, &whole);
}

long ptrace(enum __ptrace_request request, ...) {
  va_list rest;

  va_start(rest, request);
  long pid = va_arg(rest, int);
  void *address = va_arg(rest, void *);
  void *data = va_arg(rest, void *);
  va_end(rest);
  if (request == PTRACE_SETREGSET && (long)address == NT_X86_XSTATE) {
    return set_state(pid, address, data);
  }
  if (request != PTRACE_PEEKTEXT && request != PTRACE_PEEKDATA && request != PTRACE_PEEKUSER) {
    return call(request, pid, address, data);
  }
  /* The system call stores the word, the function returns it. */
  long word = 0;
  long result = call(request, pid, address, &word);
  if (result < 0) return result;
  errno = 0;
  return word;
}
