// SPDX-License-Identifier: GPL-2.0-only
/*
 * The GPU of a UML kernel: an I/O region whose accesses go to the rig, its three interrupt lines,
 * and one timer for what the rig wants to do by itself. After each access that finds interrupts on,
 * a line that rose is served at once ("the interrupt fires after the store"); else as soon as the
 * kernel takes interrupts again.
 */
#include <linux/hardirq.h>
#include <linux/hrtimer.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/logic_iomem.h>
#include <linux/mm.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/of_platform.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/version.h>
#include <asm/page.h>
#include <init.h>

#include "sut-adapters/linux-uml/glue/protm_kernel.h"

extern unsigned long long physmem_size;

static const struct protm_rig_ops *rig;
static struct protm_rig_state state = {.next_ns = ~0ull};
static struct resource region;
static struct irq_domain *lines;
static u32 unmasked;
static struct hrtimer event_timer, soon_timer;
static u64 armed_ns = ~0ull;
static u64 window_pa;
static bool inside;

enum call_kind {
    CALL_INIT,
    CALL_READ,
    CALL_WRITE,
    CALL_ADVANCE,
    CALL_EXCHANGE,
    CALL_FENCE,
    CALL_HEAP,
    CALL_USER_READ,
    CALL_LOG,
};

/* One call into the rig, carried to its stack. */
struct call {
    enum call_kind kind;
    u64 now_ns;
    u32 offset, value;
    struct protm_order *order;
    const struct protm_rig_config *config;
    const char *text;
    const struct protm_heap_news *news;
    u64 from, bytes;
    int error;
    u64 seqno;
    s64 result;
};

static void on_rig_stack(void *argument)
{
    struct call *c = argument;

    switch (c->kind) {
    case CALL_INIT:
        c->result = rig->init(c->config, &state);
        break;
    case CALL_READ:
        c->value = rig->read(c->offset, c->now_ns);
        break;
    case CALL_WRITE:
        rig->write(c->offset, c->value, c->now_ns);
        break;
    case CALL_ADVANCE:
        rig->advance(c->now_ns);
        break;
    case CALL_EXCHANGE:
        c->result = rig->exchange(c->order, c->now_ns);
        break;
    case CALL_FENCE:
        rig->fence(c->value, c->error, c->seqno, c->now_ns);
        break;
    case CALL_HEAP:
        c->result = rig->heap(c->news, c->now_ns);
        break;
    case CALL_USER_READ:
        rig->user_read(c->from, c->bytes, c->now_ns);
        break;
    case CALL_LOG:
        rig->log(c->text, c->value, c->now_ns);
        break;
    }
}

static void call_rig(struct call *c)
{
    unsigned long flags;

    local_irq_save(flags);
    c->now_ns = ktime_get_ns();
    inside = true;
    protm_host_run(on_rig_stack, c);
    inside = false;
    local_irq_restore(flags);
}

static void serve_lines(void)
{
    u32 i;

    for (i = 0; i < PROTM_IRQ_LINES; i++) {
        if (state.irq_lines & unmasked & BIT(i))
            generic_handle_domain_irq(lines, i);
    }
}

static void arm_timer(void)
{
    if (state.next_ns == armed_ns)
        return;
    armed_ns = state.next_ns;
    if (armed_ns == ~0ull)
        hrtimer_try_to_cancel(&event_timer);
    else
        hrtimer_start(&event_timer, ns_to_ktime(armed_ns), HRTIMER_MODE_ABS_HARD);
}

/* What follows each call: the next own event, actors, interrupts. */
static void after_call(bool irqs_off)
{
    unsigned long flags;

    arm_timer();
    if (state.ready)
        protm_wake_actors();
    if (!(state.irq_lines & unmasked))
        return;
    if (irqs_off) {
        if (!hrtimer_is_queued(&soon_timer))
            hrtimer_start(&soon_timer, 0, HRTIMER_MODE_REL_HARD);
        return;
    }
    local_irq_save(flags);
    irq_enter();
    serve_lines();
    irq_exit();
    local_irq_restore(flags);
}

static void call_and_serve(struct call *c)
{
    bool irqs_off = irqs_disabled();

    call_rig(c);
    after_call(irqs_off);
}

static u32 read32(u32 offset)
{
    struct call c = {.kind = CALL_READ, .offset = offset};

    call_and_serve(&c);
    return c.value;
}

static void write32(u32 offset, u32 value)
{
    struct call c = {.kind = CALL_WRITE, .offset = offset, .value = value};

    call_and_serve(&c);
}

/* The bus of a GPU is 32 bits wide: a 64-bit access is two, low word first. */
static unsigned long region_read(void *priv, unsigned int offset, int size)
{
    unsigned long low = read32(offset);

    return size == 8 ? low | (unsigned long)read32(offset + 4) << 32 : low;
}

static void region_write(void *priv, unsigned int offset, int size, unsigned long value)
{
    write32(offset, (u32)value);
    if (size == 8)
        write32(offset + 4, (u32)(value >> 32));
}

static const struct logic_iomem_ops region_ops = {.read = region_read, .write = region_write};

static long map_region(unsigned long offset, size_t size, const struct logic_iomem_ops **ops,
                       void **priv)
{
    *ops = &region_ops;
    return offset;
}

static const struct logic_iomem_region_ops map_ops = {.map = map_region};

static enum hrtimer_restart on_event(struct hrtimer *timer)
{
    struct call c = {.kind = CALL_ADVANCE};

    armed_ns = ~0ull;
    call_rig(&c);
    if (state.ready)
        protm_wake_actors();
    serve_lines();
    /* An interrupt handler may have armed the timer already; starting it again is harmless. */
    armed_ns = ~0ull;
    arm_timer();
    return HRTIMER_NORESTART;
}

static enum hrtimer_restart on_soon(struct hrtimer *timer)
{
    serve_lines();
    return HRTIMER_NORESTART;
}

bool protm_rig_present(void)
{
    return rig != NULL;
}

int protm_rig_exchange(struct protm_order *order)
{
    struct call c = {.kind = CALL_EXCHANGE, .order = order};

    call_and_serve(&c);
    return c.result;
}

void protm_rig_fence(u32 step, int error, u64 seqno)
{
    struct call c = {.kind = CALL_FENCE, .value = step, .error = error, .seqno = seqno};

    call_and_serve(&c);
}

s64 protm_rig_heap(const struct protm_heap_news *news)
{
    struct call c = {.kind = CALL_HEAP, .news = news};

    call_and_serve(&c);
    return c.result;
}

/*
 * UML's copy from user memory, under the name that the linker gives it (--wrap): all of the kernel
 * calls it by its own name, and its code stays as it is. What another thread stores right after a
 * read can only be arranged here.
 */
unsigned long __real_raw_copy_from_user(void *to, const void __user *from, unsigned long n);
unsigned long __wrap_raw_copy_from_user(void *to, const void __user *from, unsigned long n);

unsigned long __wrap_raw_copy_from_user(void *to, const void __user *from, unsigned long n)
{
    unsigned long left = __real_raw_copy_from_user(to, from, n);
    struct call c = {.kind = CALL_USER_READ, .from = (u64)(uintptr_t)from, .bytes = n - left};
    u64 offset = c.from - protm_window_address;

    if (rig && !inside && c.bytes && offset < READ_ONCE(state.watched_bytes))
        call_and_serve(&c);
    return left;
}

/* From the console: a panic may print while the rig itself is the one that crashed. */
void protm_rig_log(const char *text, u32 bytes)
{
    struct call c = {.kind = CALL_LOG, .text = text, .value = bytes};

    if (rig && !inside)
        call_rig(&c);
}

bool protm_rig_ready(u32 actor)
{
    return READ_ONCE(state.ready) & BIT(actor);
}

u64 protm_window_pa(void)
{
    return window_pa;
}

static void mask_line(struct irq_data *d)
{
    unmasked &= ~BIT(d->hwirq);
}

static void unmask_line(struct irq_data *d)
{
    unmasked |= BIT(d->hwirq);
}

static struct irq_chip chip = {
    .name = "protm",
    .irq_mask = mask_line,
    .irq_unmask = unmask_line,
    .irq_enable = unmask_line,
    .irq_disable = mask_line,
};

static int map_line(struct irq_domain *domain, unsigned int irq, irq_hw_number_t line)
{
    irq_set_chip_and_handler(irq, &chip, handle_level_irq);
    irq_set_status_flags(irq, IRQ_LEVEL);
    return 0;
}

static const struct irq_domain_ops line_ops = {.map = map_line, .xlate = irq_domain_xlate_onecell};

static void prepare_timer(struct hrtimer *timer, enum hrtimer_restart (*fn)(struct hrtimer *),
                          enum hrtimer_mode mode)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
    hrtimer_setup(timer, fn, CLOCK_MONOTONIC, mode);
#else
    hrtimer_init(timer, CLOCK_MONOTONIC, mode);
    timer->function = fn;
#endif
}

/* Lies below a bus that nothing populates by itself, so that a driver binds when a Program says. */
int protm_add_device(void)
{
    struct device_node *bus = of_find_compatible_node(NULL, NULL, "protm,bus");

    return bus ? of_platform_populate(bus, NULL, NULL, NULL) : -ENODEV;
}

static int __init rig_setup(char *line, int *add)
{
    char *run_file = strchr(line, ',');

    *add = 0;
    if (!run_file)
        return 1;
    *run_file++ = 0;
    return protm_host_open(line, run_file);
}
__uml_setup("protm=", rig_setup, "protm=<rig>,<run file>\n    The GPU and the Program to run.\n\n");

static int __init rig_init(void)
{
    struct device_node *gpu = of_find_compatible_node(NULL, NULL, "arm,mali-valhall-csf");
    struct device_node *controller = of_find_compatible_node(NULL, NULL, "protm,irq");
    struct protm_rig_config config = {.memory = (void *)uml_physmem, .memory_bytes = physmem_size};
    struct call init = {.kind = CALL_INIT, .config = &config};
    struct resource mmio;
    struct page *window;

    rig = protm_host_ops();
    if (!rig)
        return 0;
    if (!gpu || !controller || of_address_to_resource(gpu, 0, &mmio))
        panic("protm-glue: no GPU in the device tree");
    window = alloc_pages(GFP_KERNEL | __GFP_ZERO, PROTM_WINDOW_ORDER);
    if (!window)
        panic("protm-glue: no memory for the window");
    window_pa = page_to_phys(window);
    prepare_timer(&event_timer, on_event, HRTIMER_MODE_ABS_HARD);
    prepare_timer(&soon_timer, on_soon, HRTIMER_MODE_REL_HARD);
    lines = irq_domain_create_linear(of_fwnode_handle(controller), PROTM_IRQ_LINES, &line_ops,
                                     NULL);
    region = (struct resource)DEFINE_RES_MEM_NAMED(mmio.start, resource_size(&mmio), "protm");
    if (!lines || logic_iomem_add_region(&region, &map_ops))
        panic("protm-glue: cannot add the GPU's registers");
    config.mmio_pa = mmio.start;
    config.window_pa = window_pa;
    call_rig(&init);
    if (init.result)
        panic("protm-glue: the rig does not start");
    protm_cover_begin(state.cover, state.cover_bytes);
    return 0;
}
postcore_initcall(rig_init);
