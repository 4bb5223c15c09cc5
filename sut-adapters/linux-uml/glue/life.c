// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device's life as its bus and a system suspend see it. The configuration has no system sleep,
 * so what the PM core does with one device stands here, around the driver's own callbacks: a use
 * for the time of the sleep, the device lock, runtime PM off, runtime_suspend and runtime_resume.
 * Tasks are not frozen: the rig gives no orders meanwhile but to the task that suspended.
 * Source: drivers/base/power/main.c device_prepare(), device_suspend(), device_complete();
 * drivers/base/power/runtime.c pm_runtime_force_suspend(), pm_runtime_force_resume().
 */
#include <linux/device.h>
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>
#include <linux/version.h>

#include "sut-adapters/linux-uml/glue/protm_kernel.h"

static bool asleep, needs_resume;

static struct device *gpu_device(void)
{
    struct device_node *node = of_find_compatible_node(NULL, NULL, "arm,mali-valhall-csf");
    struct platform_device *pdev = node ? of_find_device_by_node(node) : NULL;

    of_node_put(node);
    return pdev ? &pdev->dev : NULL;
}

int protm_remove_device(void)
{
    struct device *dev = gpu_device();

    if (!dev)
        return -ENODEV;
    if (asleep) {
        put_device(dev);
        return -EBUSY;
    }
    of_platform_device_destroy(dev, NULL);
    put_device(dev);
    return 0;
}

static bool has_pm(struct device *dev)
{
    return dev->driver && dev->driver->pm;
}

/* Releases since 6.17 leave a device that is in use marked as active while its power is off. */
static void mark_suspended(struct device *dev)
{
    needs_resume = atomic_read(&dev->power.usage_count) > 1;
    if (!needs_resume)
        pm_runtime_set_suspended(dev);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
    else
        dev->power.runtime_status = RPM_SUSPENDED;
#endif
}

int protm_suspend_device(void)
{
    struct device *dev = gpu_device();
    int ret = 0;

    if (asleep || !dev) {
        if (dev)
            put_device(dev);
        return asleep ? -EBUSY : 0;
    }
    asleep = true;
    pm_runtime_get_noresume(dev);
    pm_runtime_barrier(dev);
    device_lock(dev);
    if (has_pm(dev)) {
        pm_runtime_disable(dev);
        if (!pm_runtime_status_suspended(dev)) {
            ret = dev->driver->pm->runtime_suspend(dev);
            if (ret)
                pm_runtime_enable(dev);
            else
                mark_suspended(dev);
        }
    }
    device_unlock(dev);
    if (ret) {
        pm_runtime_put(dev);
        asleep = false;
    }
    put_device(dev);
    return ret;
}

int protm_resume_device(void)
{
    struct device *dev = gpu_device();
    int ret = 0;

    if (!asleep || !dev) {
        if (dev)
            put_device(dev);
        return -EINVAL;
    }
    device_lock(dev);
    if (has_pm(dev)) {
        if (needs_resume) {
            ret = dev->driver->pm->runtime_resume(dev);
            if (ret)
                pm_runtime_set_suspended(dev);
            else
                pm_runtime_mark_last_busy(dev);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
            if (!ret)
                dev->power.runtime_status = RPM_ACTIVE;
#endif
        }
        needs_resume = false;
        pm_runtime_enable(dev);
    }
    device_unlock(dev);
    pm_runtime_put(dev);
    asleep = false;
    put_device(dev);
    return ret;
}
