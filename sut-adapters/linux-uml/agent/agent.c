// SPDX-License-Identifier: GPL-2.0-only
/*
 * The agent: the only program in the UML kernel, started as init. Its tasks share memory and
 * descriptors; each asks /dev/protm for its next order, makes the system call and hands in what
 * came of it. What an order means for a Program is decided by the rig, never here.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "sut-adapters/linux-uml/glue/protm_glue.h"

enum {
  NS_PER_S = 1000000000,
  PAGE_BYTES = 4096,
  STACK_BYTES = 256 << 10,
  PATH_BYTES = 256,
  MAPPINGS = 256, /* as many as a Program has steps */
  OWN_DESCRIPTOR = 1000, /* out of the way of a Program's, below the limit of 1024 */
};

struct task {
  __u32 actor;
  int sys_nice;
};

static int device = -1;
static struct task tasks[PROTM_ACTORS];
static pthread_t threads[PROTM_ACTORS];

static long or_errno(long result) { return result < 0 ? -errno : result; }

static void say(const char *text) {
  int fd = open("/dev/kmsg", O_WRONLY);

  if (fd < 0) return;
  dprintf(fd, "protm-agent: %s: %s\n", text, strerror(errno));
  close(fd);
}

static void power_off(void) {
  sync();
  reboot(RB_POWER_OFF);
}

/* Where a task goes on when its access to a mapping is a SIGBUS or a SIGSEGV. */
static _Thread_local sigjmp_buf fault_jump;
static _Thread_local volatile sig_atomic_t may_fault;

static void on_fault(int number) {
  if (may_fault) siglongjmp(fault_jump, 1);
  signal(number, SIG_DFL);
}

/* Whole words from or to the window. 0, or -EFAULT. */
static long copy_words(volatile __u64 *to, const volatile __u64 *from, __u64 bytes) {
  if (sigsetjmp(fault_jump, 1) != 0) {
    may_fault = 0;
    return -EFAULT;
  }
  may_fault = 1;
  for (__u64 i = 0; i < bytes / sizeof(__u64); i++) to[i] = from[i];
  may_fault = 0;
  return 0;
}

/* mmap from the BO's start (DRM takes no other), one access of whole words, munmap. */
static long access_mapping(const struct protm_order *o) {
  if (o->args[2] > (__u64)1 << 40) return -EINVAL; /* behind every BO, and no sum overflows */
  const __u64 bytes = o->args[2] + o->args[3];
  const int store = o->kind == PROTM_STORE;
  volatile __u64 *window = (volatile __u64 *)(uintptr_t)o->data;
  char *map = mmap(NULL, bytes, store ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED,
                   (int)o->args[0], (off_t)o->args[1]);

  if (map == MAP_FAILED) return -errno;
  if (o->args[2] % sizeof(__u64) != 0) { /* a Program's accesses are of whole words */
    munmap(map, bytes);
    return -EINVAL;
  }
  volatile __u64 *there = (volatile __u64 *)(map + o->args[2]);
  const long result =
      store ? copy_words(there, window, o->args[3]) : copy_words(window, there, o->args[3]);
  munmap(map, bytes);
  return result;
}

/* Mappings that stay. Orders are carried out one at a time. */
static struct {
  char *at;
  __u64 bytes;
} mappings[MAPPINGS];

static int mapping_at(__u64 address) {
  for (int i = 0; i < MAPPINGS; i++) {
    if (mappings[i].at != NULL && (__u64)(uintptr_t)mappings[i].at == address) return i;
  }
  return -1;
}

static long map_pages(const struct protm_order *o) {
  const int write = (o->args[3] & PROTM_MAP_WRITE) != 0 ? PROT_WRITE : 0;
  const int exec = (o->args[3] & PROTM_MAP_EXEC) != 0 ? PROT_EXEC : 0;
  const int kind = (o->args[3] & PROTM_MAP_PRIVATE) != 0 ? MAP_PRIVATE : MAP_SHARED;
  int free_one = 0;

  while (free_one < MAPPINGS && mappings[free_one].at != NULL) free_one++;
  if (free_one == MAPPINGS) return -ENOMEM;
  char *map = mmap(NULL, o->args[2], PROT_READ | write | exec, kind, (int)o->args[0],
                   (off_t)o->args[1]);
  if (map == MAP_FAILED) return -errno;
  mappings[free_one].at = map;
  mappings[free_one].bytes = (o->args[2] + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
  return (long)map;
}

static long unmap_pages(const struct protm_order *o) {
  const int i = mapping_at(o->args[0]);

  if (i < 0) return -EINVAL;
  char *map = mappings[i].at;
  mappings[i].at = NULL;
  return or_errno(munmap(map, mappings[i].bytes));
}

static long access_pages(const struct protm_order *o) {
  volatile __u64 *window = (volatile __u64 *)(uintptr_t)o->data;
  const int i = mapping_at(o->args[0]);

  if (o->args[1] % sizeof(__u64) != 0) return -EINVAL;
  if (i < 0 || o->args[1] > mappings[i].bytes - o->args[2]) return -EFAULT;
  volatile __u64 *there = (volatile __u64 *)(mappings[i].at + o->args[1]);
  return o->kind == PROTM_MAP_STORE ? copy_words(there, window, o->args[2])
                                    : copy_words(window, there, o->args[2]);
}

static long read_fdinfo(const struct protm_order *o) {
  char path[PATH_BYTES];
  char *to = (char *)(uintptr_t)o->data;
  __u64 done = 0;

  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", (int)o->args[0]);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -errno;
  for (ssize_t n = 1; n > 0 && done < o->args[1]; done += (__u64)n) {
    n = read(fd, to + done, o->args[1] - done);
    if (n < 0) break;
  }
  close(fd);
  return (long)done;
}

/* A device that is bound again while files of its former life are open gets another number. */
static long open_render(const char *folder) {
  char path[PATH_BYTES + 8] = "";
  int newest = -1;
  DIR *nodes = opendir(folder);

  if (nodes == NULL) return -errno;
  for (const struct dirent *node = readdir(nodes); node != NULL; node = readdir(nodes)) {
    int number = 0;
    if (sscanf(node->d_name, "renderD%d", &number) == 1 && number > newest) newest = number;
  }
  closedir(nodes);
  if (newest < 0) return -ENOENT;
  snprintf(path, sizeof path, "%.*s/renderD%d", PATH_BYTES / 2, folder, newest);
  return or_errno(open(path, O_RDWR | O_CLOEXEC));
}

static void make_folders(const char *path) {
  char folder[PATH_BYTES];

  for (const char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
    snprintf(folder, sizeof folder, "%.*s", (int)(at - path), path);
    mkdir(folder, S_IRWXU);
  }
}

static long write_file(const struct protm_order *o) {
  /* A file of sysfs must exist; a firmware file is made. */
  const int sysfs = strncmp(o->name, "/sys/", 5) == 0 || strncmp(o->name, "/proc/", 6) == 0;

  if (!sysfs) make_folders(o->name);
  const int fd = open(o->name, sysfs ? O_WRONLY : O_WRONLY | O_CREAT | O_TRUNC, S_IRUSR);
  if (fd < 0) return -errno;
  const char *bytes = (const char *)(uintptr_t)o->data;
  __u64 done = 0;
  while (done < o->args[0]) {
    const ssize_t n = write(fd, bytes + done, o->args[0] - done);
    if (n < 0) {
      const long error = -errno;
      close(fd);
      return error;
    }
    done += (__u64)n;
  }
  close(fd);
  return 0;
}

/* The folder of the device in debugfs that has a shrinker's file. */
static int open_shrink(const char *folder) {
  char path[PATH_BYTES + 8] = "";
  int fd = -1;
  DIR *devices = opendir(folder);

  if (devices == NULL) return -errno;
  for (const struct dirent *d = readdir(devices); d != NULL && fd < 0; d = readdir(devices)) {
    if (d->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "%.*s/%.*s/shrink", PATH_BYTES / 3, folder, PATH_BYTES / 3,
             d->d_name);
    fd = open(path, O_RDWR | O_CLOEXEC);
  }
  closedir(devices);
  return fd < 0 ? -ENOENT : fd;
}

/* A write asks for pages, a read says how many came. */
static long reclaim(const struct protm_order *o) {
  char text[32] = "";
  const int fd = open_shrink(o->name);

  if (fd < 0) return fd;
  ssize_t n = snprintf(text, sizeof text, "%llu", (unsigned long long)o->args[0]);
  n = write(fd, text, (size_t)n);
  if (n >= 0) n = read(fd, text, sizeof text - 1);
  const long error = n < 0 ? -errno : 0;
  close(fd);
  if (error != 0) return error;
  text[n] = 0;
  return (long)strtoull(text, NULL, 0);
}

/* Without swap no driver gives pages that have something in them. What is on the disk is never
 * read: there is memory enough. Source: union swap_header. */
static void swap_on(const char *disk) {
  enum { VERSION_AT = 1024, LAST_PAGE_AT = VERSION_AT + 4, MAGIC_AT = PAGE_BYTES - 10 };
  static char header[PAGE_BYTES];
  const __u32 version = 1, last_page = 255;
  const int fd = open(disk, O_RDWR | O_CLOEXEC);

  if (fd < 0) return;
  memcpy(header + VERSION_AT, &version, sizeof version);
  memcpy(header + LAST_PAGE_AT, &last_page, sizeof last_page);
  memcpy(header + MAGIC_AT, "SWAPSPACE2", PAGE_BYTES - MAGIC_AT);
  if (pwrite(fd, header, sizeof header, 0) != sizeof header) say("swap header");
  close(fd);
  if (swapon(disk, 0) != 0) say("swapon");
}

static long sleep_ns(__u64 ns) {
  const struct timespec t = {.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};

  return or_errno(nanosleep(&t, NULL));
}

static void *serve(void *argument);

static long spawn(__u64 actor, __u64 sys_nice) {
  pthread_attr_t attributes;

  if (actor >= PROTM_ACTORS) return -EINVAL;
  tasks[actor] = (struct task){.actor = (__u32)actor, .sys_nice = (int)sys_nice};
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_BYTES);
  return -pthread_create(&threads[actor], &attributes, serve, &tasks[actor]);
}

static long carry_out(const struct protm_order *o) {
  switch (o->kind) {
    case PROTM_SPAWN: return spawn(o->args[0], o->args[1]);
    case PROTM_OPEN: return or_errno(open(o->name, O_RDWR | O_CLOEXEC));
    case PROTM_OPEN_RENDER: return open_render(o->name);
    case PROTM_CLOSE: return or_errno(close((int)o->args[0]));
    case PROTM_IOCTL:
      return or_errno(syscall(SYS_ioctl, (long)o->args[0], (long)o->args[1], (long)o->args[2]));
    case PROTM_STORE:
    case PROTM_LOAD: return access_mapping(o);
    case PROTM_SLEEP: return sleep_ns(o->args[0]);
    case PROTM_UNMAP: return or_errno(munmap((void *)o->args[0], o->args[1]));
    case PROTM_READONLY:
      return or_errno(mprotect((void *)o->args[0], o->args[1], PROT_READ));
    case PROTM_WRITE_FILE: return write_file(o);
    case PROTM_FDINFO: return read_fdinfo(o);
    case PROTM_RECLAIM: return reclaim(o);
    case PROTM_MAP: return map_pages(o);
    case PROTM_MAP_END: return unmap_pages(o);
    case PROTM_MAP_LOAD:
    case PROTM_MAP_STORE: return access_pages(o);
    case PROTM_POWER_OFF: power_off(); return 0;
    default: return -ENOSYS;
  }
}

/* Capabilities belong to a task: only those that a Program names may raise priorities. */
static void drop_sys_nice(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  struct __user_cap_data_struct data[2];

  if (syscall(SYS_capget, &header, data) != 0) return say("capget");
  data[0].effective &= ~(1u << CAP_SYS_NICE);
  data[0].permitted &= ~(1u << CAP_SYS_NICE);
  if (syscall(SYS_capset, &header, data) != 0) say("capset");
}

static void *serve(void *argument) {
  const struct task *self = argument;
  struct protm_order order = {.actor = self->actor, .kind = PROTM_NONE};

  if (!self->sys_nice) drop_sys_nice();
  prctl(PR_SET_TIMERSLACK, 1ul); /* a sleep ends when its time is over, not 50 us later */
  for (;;) {
    order.actor = self->actor;
    if (ioctl(device, _IOWR('P', 1, struct protm_order), &order) != 0) {
      say("/dev/protm");
      return NULL;
    }
    order.result = carry_out(&order);
  }
}

static void fail(const char *what) {
  say(what);
  power_off();
}

int main(void) {
  signal(SIGBUS, on_fault);
  signal(SIGSEGV, on_fault);
  mount("proc", "/proc", "proc", 0, NULL);
  mount("sysfs", "/sys", "sysfs", 0, NULL);
  mkdir("/dev", S_IRWXU);
  mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
  mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
  swap_on("/dev/ram0");
  /* A Program's descriptors begin at 3, and what lies below answers to nothing but close. */
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
    close(fd);
    if (open("/", O_PATH) != fd) fail("descriptors");
  }
  const int low = open("/dev/protm", O_RDWR | O_CLOEXEC);
  device = fcntl(low, F_DUPFD_CLOEXEC, OWN_DESCRIPTOR);
  if (device < 0) fail("/dev/protm");
  close(low);
  void *window = mmap((void *)protm_window_address, PROTM_WINDOW_BYTES, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_FIXED_NOREPLACE, device, 0);
  if (window == MAP_FAILED) fail("window");
  tasks[0].sys_nice = 1; /* what it starts inherits from it */
  serve(&tasks[0]);
  power_off();
  return 0;
}
