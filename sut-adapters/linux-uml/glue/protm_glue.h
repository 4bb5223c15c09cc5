/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What crosses between libprotm-rig.so, the host part of the UML process (host.c), our files in the
 * kernel and the agent: the calls into the rig, and the orders that actors carry out.
 * Calls into the rig never call back: the rig answers with levels, times and ready actors.
 * Leaves out: the run file, which only rig and supervisor read (run_file.h).
 * Source: design.md section 7 (linux-uml).
 */
#pragma once

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <linux/types.h>
#include <stdint.h>
#endif

enum protm_glue_limits {
  PROTM_GLUE_VERSION = 5,
  PROTM_ACTORS = 9,         /* the runner and a Program's eight */
  PROTM_NAME_BYTES = 120,
  PROTM_IRQ_LINES = 3,      /* job, mmu, gpu */
};

/* Memory between agent and rig, at the same user address in every run. */
enum protm_window {
  PROTM_WINDOW_ORDER = 10,  /* pages, as a power of two: 4 MiB */
  PROTM_WINDOW_BYTES = 4 << 20,
};

enum protm_order_kind {
  PROTM_NONE,          /* nothing: an actor reports for its first order */
  /* by the agent, as system calls of the actor's task */
  PROTM_SPAWN,         /* args: actor, may raise priorities -> a task for that actor */
  PROTM_OPEN,          /* name -> descriptor */
  PROTM_OPEN_RENDER,   /* name = folder of the nodes: its newest render node -> descriptor */
  PROTM_CLOSE,         /* args: descriptor */
  PROTM_IOCTL,         /* args: descriptor, command, argument */
  PROTM_STORE,         /* args: descriptor, mmap offset, offset in it, bytes; data */
  PROTM_LOAD,          /* likewise, into data */
  PROTM_SLEEP,         /* args: ns */
  PROTM_UNMAP,         /* args: user address, bytes: they fault from now on */
  PROTM_READONLY,      /* args: user address, bytes: writes fault from now on */
  PROTM_WRITE_FILE,    /* name; args: bytes; data */
  PROTM_POWER_OFF,
  PROTM_MAP,           /* args: descriptor, offset, bytes, enum protm_map_access -> address */
  PROTM_MAP_END,       /* args: address */
  PROTM_MAP_LOAD,      /* args: address, offset in it, bytes; into data */
  PROTM_MAP_STORE,     /* args: address, offset in it, bytes; data */
  PROTM_FDINFO,        /* args: descriptor, bytes; into data -> bytes of the text */
  PROTM_RECLAIM,       /* name = debugfs folder of the devices; args: pages -> pages freed */
  /* by our files in the kernel, in the actor's task */
  PROTM_ADD_DEVICE,    /* the GPU's node becomes a device; drivers probe it */
  PROTM_REMOVE_DEVICE, /* and goes from its bus */
  PROTM_SUSPEND,       /* what a system suspend does to the device */
  PROTM_RESUME,
  PROTM_WATCH_FENCE,   /* args: descriptor of the render node, syncobj, step */
  PROTM_HEAP_REGISTER, /* name; args: protected, limit in bytes (~0 = none) -> heap handle */
  PROTM_HEAP_FIND,     /* name -> heap handle, 0 = none of that name */
  PROTM_HEAP_PUT,      /* args: heap handle, 0 = NULL */
  PROTM_HEAP_ALLOC,    /* args: heap handle, bytes, fd_flags, heap_flags -> buffer handle */
  PROTM_BUFFER_PUT,    /* args: buffer handle */
};

struct protm_order {
  __u32 actor;
  __u32 kind;                    /* enum protm_order_kind */
  __u64 args[4];
  __u64 data;                    /* user address of bytes in the window */
  __s64 result;                  /* >= 0 or -errno, of the order that was carried out */
  char name[PROTM_NAME_BYTES];
};

/* How a mapping is asked for, beside reading. */
enum protm_map_access {
  PROTM_MAP_WRITE = 1,
  PROTM_MAP_EXEC = 2,
  PROTM_MAP_PRIVATE = 4,
};

enum protm_heap_what {
  PROTM_HEAP_ASKED,    /* name -> 0, -errno, or how many bytes too few the heap shall give */
  PROTM_HEAP_ANSWERED, /* bytes asked for, flags, error (positive) */
  PROTM_HEAP_GIVEN,    /* pages of a new buffer: pa, bytes, is_protected */
  PROTM_HEAP_FREED,
  PROTM_HEAP_TOUCHED,  /* protected pages are mapped for the CPU */
};

/* What an exporter of ours has to say to the rig. */
struct protm_heap_news {
  __u32 what;                    /* enum protm_heap_what */
  __u32 heap;                    /* number of the exporter, from 1 */
  __u32 is_protected;
  __u32 error;
  __u64 pa, bytes;               /* physically contiguous */
  __u64 fd_flags, heap_flags;
  char name[PROTM_NAME_BYTES];
};

/* What the rig needs to know of the kernel's memory. */
struct protm_rig_config {
  void *memory;                  /* byte of physical address 0 */
  __u64 memory_bytes;
  __u64 mmio_pa;
  __u64 window_pa;               /* physically contiguous, PROTM_WINDOW_BYTES */
};

/* Valid after each call into the rig. */
struct protm_rig_state {
  __u32 irq_lines;               /* levels, bit n = line n */
  __u32 ready;                   /* bit n: actor n has an order */
  __u64 next_ns;                 /* when the rig wants `advance`; ~0 = never */
  __u64 watched_bytes;           /* of user memory: the rig wants to know what the kernel reads */
  __u8 *cover;                   /* counts of the driver's edges, NULL = nobody asks (cover.c) */
  __u64 cover_bytes;
};

struct protm_rig_ops {
  __u32 size;                    /* of this struct */
  __u32 version;                 /* PROTM_GLUE_VERSION */
  /* From the UML command line, on the main stack. 0, or a number that ends the process. */
  int (*open)(const char *run_file);
  int (*init)(const struct protm_rig_config *config, struct protm_rig_state *state);
  __u32 (*read)(__u32 offset, __u64 now_ns);
  void (*write)(__u32 offset, __u32 value, __u64 now_ns);
  void (*advance)(__u64 now_ns);
  /* In: the order that was carried out (or PROTM_NONE). Out: the next. 0 = none yet. */
  int (*exchange)(struct protm_order *order, __u64 now_ns);
  void (*fence)(__u32 step, __s32 error, __u64 seqno, __u64 now_ns);
  __s64 (*heap)(const struct protm_heap_news *news, __u64 now_ns);
  /* The kernel has read these bytes of user memory. */
  void (*user_read)(__u64 from, __u64 bytes, __u64 now_ns);
  /* A line of the kernel's log. */
  void (*log)(const char *text, __u32 bytes, __u64 now_ns);
};

/* First byte of the window in the agent, and the one ioctl. */
static const __u64 protm_window_address = (__u64)256 << 20;
