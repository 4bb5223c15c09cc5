// SPDX-License-Identifier: GPL-2.0-only
/*
 * A console that hands each line of the kernel's log to the rig, so that WARNs, oopses and reports
 * of the sanitizers stand in the Trace between the accesses that they belong to.
 */
#include <linux/console.h>
#include <linux/init.h>

#include "sut-adapters/linux-uml/glue/protm_kernel.h"

static void write_log(struct console *console, const char *text, unsigned int bytes)
{
    protm_rig_log(text, bytes);
}

static struct console rig_console = {
    .name = "protm",
    .write = write_log,
    .flags = CON_PRINTBUFFER | CON_ENABLED | CON_ANYTIME,
    .index = -1,
};

static int __init log_init(void)
{
    if (protm_rig_present())
        register_console(&rig_console);
    return 0;
}
postcore_initcall_sync(log_init);
