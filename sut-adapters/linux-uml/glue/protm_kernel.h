/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What our files in the kernel share: the rig behind its lock-free entry points, and what follows
 * each call into it (timer, interrupts, actors that have an order).
 * Leaves out the rig itself. Version differences between trees stay in these files.
 * Source: the kernel's own headers of the tree that is built.
 */
#pragma once

#include <linux/types.h>

#include "sut-adapters/linux-uml/glue/protm_glue.h"

/* rig.c: calls with interrupts off, then timer, interrupts and actors are served. */
bool protm_rig_present(void);
int protm_rig_exchange(struct protm_order *order);
void protm_rig_fence(u32 step, int error, u64 seqno);
s64 protm_rig_heap(const struct protm_heap_news *news);
void protm_rig_log(const char *text, u32 bytes);
bool protm_rig_ready(u32 actor);
u64 protm_window_pa(void);
int protm_add_device(void);

/* life.c */
int protm_remove_device(void);
int protm_suspend_device(void);
int protm_resume_device(void);

/* device.c: an actor may have an order now. */
void protm_wake_actors(void);

/* heap.c: an order for an in-kernel user of heaps, or for an exporter. */
s64 protm_heap_order(const struct protm_order *order);

/* cover.c: where the counts of edges go, one byte for each byte of the kernel's text. */
void protm_cover_begin(u8 *map, u64 bytes);

/* host.c, which knows the C library and not the kernel */
int protm_host_open(const char *rig, const char *run_file);
const struct protm_rig_ops *protm_host_ops(void);
void protm_host_run(void (*fn)(void *), void *argument);
