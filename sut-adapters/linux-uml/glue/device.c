// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/protm: each task of the agent asks here for its next order and hands in what came of the
 * last one. Orders that need the kernel's inside are carried out here, in the task that asked.
 * mmap gives the window, where the rig puts what system calls read and write.
 */
#include <linux/dma-fence.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/ioctl.h>
#include <linux/kmemleak.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include <drm/drm_file.h>
#include <drm/drm_syncobj.h>

#include "sut-adapters/linux-uml/glue/protm_kernel.h"

static DECLARE_WAIT_QUEUE_HEAD(actors);

struct watch {
    struct dma_fence_cb cb;
    struct dma_fence *fence;
    u32 step;
};

void protm_wake_actors(void)
{
    wake_up_all(&actors);
}

static void report_fence(struct dma_fence *fence, u32 step)
{
    protm_rig_fence(step, fence->error, fence->seqno);
}

/* Runs under the fence's lock: the reference stays, a put could be the last one. */
static void on_signal(struct dma_fence *fence, struct dma_fence_cb *cb)
{
    report_fence(fence, container_of(cb, struct watch, cb)->step);
}

static int watch_fence(const struct protm_order *order)
{
    struct file *file = fget(order->args[0]);
    struct drm_syncobj *syncobj = NULL;
    struct watch *w = kzalloc(sizeof(*w), GFP_KERNEL);
    int ret = -EINVAL;

    if (file && w)
        syncobj = drm_syncobj_find(file->private_data, order->args[1]);
    if (syncobj) {
        w->step = order->args[2];
        w->fence = drm_syncobj_fence_get(syncobj);
        drm_syncobj_put(syncobj);
    }
    if (w && w->fence) {
        ret = dma_fence_add_callback(w->fence, &w->cb, on_signal);
        if (ret == -ENOENT) {
            report_fence(w->fence, w->step);
            dma_fence_put(w->fence);
            ret = 0;
        } else {
            kmemleak_not_leak(w); /* stays for ever, and its fence with it */
            w = NULL;
        }
    }
    kfree(w);
    if (file)
        fput(file);
    return ret;
}

/* True when the order was one for the kernel; its result is filled in. */
static bool carried_out(struct protm_order *order)
{
    switch (order->kind) {
    case PROTM_ADD_DEVICE:
        order->result = protm_add_device();
        return true;
    case PROTM_REMOVE_DEVICE:
        order->result = protm_remove_device();
        return true;
    case PROTM_SUSPEND:
        order->result = protm_suspend_device();
        return true;
    case PROTM_RESUME:
        order->result = protm_resume_device();
        return true;
    case PROTM_WATCH_FENCE:
        order->result = watch_fence(order);
        return true;
    case PROTM_HEAP_REGISTER:
    case PROTM_HEAP_FIND:
    case PROTM_HEAP_PUT:
    case PROTM_HEAP_ALLOC:
    case PROTM_BUFFER_PUT:
        order->result = protm_heap_order(order);
        task_work_run(); /* a last put of a file waits for the way back to user mode */
        return true;
    default:
        return false;
    }
}

static long serve_actor(struct file *file, unsigned int cmd, unsigned long arg)
{
    struct protm_order order;

    if (cmd != _IOWR('P', 1, struct protm_order))
        return -ENOTTY;
    if (copy_from_user(&order, (void __user *)arg, sizeof(order)))
        return -EFAULT;
    if (order.actor >= PROTM_ACTORS)
        return -EINVAL;
    do {
        u32 actor = order.actor;

        while (!protm_rig_exchange(&order)) {
            if (wait_event_interruptible(actors, protm_rig_ready(actor)))
                return -EINTR;
            order.actor = actor;
            order.kind = PROTM_NONE;
        }
    } while (carried_out(&order));
    return copy_to_user((void __user *)arg, &order, sizeof(order)) ? -EFAULT : 0;
}

static int map_window(struct file *file, struct vm_area_struct *vma)
{
    unsigned long bytes = vma->vm_end - vma->vm_start;

    if (vma->vm_pgoff || bytes > PROTM_WINDOW_BYTES)
        return -EINVAL;
    return remap_pfn_range(vma, vma->vm_start, protm_window_pa() >> PAGE_SHIFT, bytes,
                           vma->vm_page_prot);
}

static const struct file_operations ops = {
    .owner = THIS_MODULE,
    .unlocked_ioctl = serve_actor,
    .mmap = map_window,
};

static struct miscdevice device = {.minor = MISC_DYNAMIC_MINOR, .name = "protm", .fops = &ops};

static int __init device_init(void)
{
    return protm_rig_present() ? misc_register(&device) : 0;
}
device_initcall(device_init);
