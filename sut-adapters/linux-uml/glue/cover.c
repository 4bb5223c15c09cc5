// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which edges of the driver's code a run went over, and how often. The compiler puts a call to
 * __sanitizer_cov_trace_pc() at each edge of the files that ask for it (kernel.sh says which); the
 * linker gives the call to us (--wrap). So tasks, workers and interrupt handlers all count, which
 * KCOV's own function does for the one task that asked. Index: address of the call behind _stext.
 */
#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/sections.h>

#include "sut-adapters/linux-uml/glue/protm_kernel.h"

enum {
    CALL_BYTES = 5, /* of a direct call on x86-64 */
    MOST_HITS = 255,
};

static u8 *hits;
static u64 hit_bytes;

void protm_cover_begin(u8 *map, u64 bytes)
{
    hits = map;
    hit_bytes = map ? bytes : 0;
}

void __wrap___sanitizer_cov_trace_pc(void);

void notrace __wrap___sanitizer_cov_trace_pc(void)
{
    unsigned long call = (unsigned long)__builtin_return_address(0) - CALL_BYTES;
    unsigned long at = call - (unsigned long)_stext;

    if (at < hit_bytes && hits[at] != MOST_HITS)
        hits[at]++;
}
