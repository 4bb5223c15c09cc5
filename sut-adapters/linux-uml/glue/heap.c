// SPDX-License-Identifier: GPL-2.0-only
/*
 * Heap exporters and in-kernel users of dma-heaps, as a Program asks for them. A buffer is one run
 * of pages, which the rig knows as protected while it lives. Who maps a protected buffer for the
 * CPU is reported: the pages themselves are plain memory here and stop nobody.
 * A tree without the series has no dma_heap_find(): its heaps can be added and opened, no more.
 * Source: dma-heap.h and dma-buf.h of the tree.
 */
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/iosys-map.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "sut-adapters/linux-uml/glue/protm_kernel.h"

enum { MOST_HANDLES = 256 };

/* An exporter lives for ever: buffers and heaps may outlive whoever registered it. */
struct exporter {
    u32 number;
    bool protected_pages;
    u64 limit, used;
    char name[PROTM_NAME_BYTES];
};

struct buffer {
    struct exporter *exporter;
    struct page *pages;
    unsigned int order;
    size_t bytes;
};

/* Handle n is entry n - 1; a user that gave its reference back has none. */
static struct dma_heap *heaps[MOST_HANDLES];
static struct dma_buf *buffers[MOST_HANDLES];
static u32 heap_count, buffer_count, exporter_count;

static s64 tell(struct buffer *b, u32 what)
{
    struct protm_heap_news news = {
        .what = what,
        .heap = b->exporter->number,
        .is_protected = b->exporter->protected_pages,
        .pa = page_to_phys(b->pages),
        .bytes = b->bytes,
    };

    return protm_rig_heap(&news);
}

/* --- the exporter ----------------------------------------------------------------------------- */

static int attach(struct dma_buf *buf, struct dma_buf_attachment *at)
{
    struct buffer *b = buf->priv;
    struct sg_table *table = kzalloc(sizeof(*table), GFP_KERNEL);

    if (!table)
        return -ENOMEM;
    if (sg_alloc_table(table, 1, GFP_KERNEL)) {
        kfree(table);
        return -ENOMEM;
    }
    sg_set_page(table->sgl, b->pages, b->bytes, 0);
    at->priv = table;
    return 0;
}

static void detach(struct dma_buf *buf, struct dma_buf_attachment *at)
{
    sg_free_table(at->priv);
    kfree(at->priv);
}

static struct sg_table *map(struct dma_buf_attachment *at, enum dma_data_direction direction)
{
    int ret = dma_map_sgtable(at->dev, at->priv, direction, DMA_ATTR_SKIP_CPU_SYNC);

    return ret ? ERR_PTR(ret) : at->priv;
}

static void unmap(struct dma_buf_attachment *at, struct sg_table *table,
                  enum dma_data_direction direction)
{
    dma_unmap_sgtable(at->dev, table, direction, DMA_ATTR_SKIP_CPU_SYNC);
}

static int begin_cpu(struct dma_buf *buf, enum dma_data_direction direction)
{
    struct buffer *b = buf->priv;

    if (b->exporter->protected_pages)
        tell(b, PROTM_HEAP_TOUCHED);
    return 0;
}

static int vmap_buffer(struct dma_buf *buf, struct iosys_map *at)
{
    struct buffer *b = buf->priv;

    if (b->exporter->protected_pages)
        tell(b, PROTM_HEAP_TOUCHED);
    iosys_map_set_vaddr(at, page_address(b->pages));
    return 0;
}

static int mmap_buffer(struct dma_buf *buf, struct vm_area_struct *vma)
{
    return -EPERM;
}

static void release(struct dma_buf *buf)
{
    struct buffer *b = buf->priv;

    b->exporter->used -= b->bytes;
    tell(b, PROTM_HEAP_FREED);
    __free_pages(b->pages, b->order);
    kfree(b);
}

static const struct dma_buf_ops buffer_ops = {
    .attach = attach,
    .detach = detach,
    .map_dma_buf = map,
    .unmap_dma_buf = unmap,
    .begin_cpu_access = begin_cpu,
    .vmap = vmap_buffer,
    .mmap = mmap_buffer,
    .release = release,
};

static struct dma_buf *export_buffer(struct exporter *exporter, u64 bytes, u32 fd_flags)
{
    DEFINE_DMA_BUF_EXPORT_INFO(info);
    struct buffer *b = kzalloc(sizeof(*b), GFP_KERNEL);
    struct dma_buf *buf;

    if (!b)
        return ERR_PTR(-ENOMEM);
    b->exporter = exporter;
    b->bytes = bytes;
    b->order = get_order(bytes);
    b->pages = alloc_pages(GFP_KERNEL | __GFP_ZERO | __GFP_COMP | __GFP_NOWARN, b->order);
    info.exp_name = exporter->name;
    info.ops = &buffer_ops;
    info.size = bytes;
    info.flags = fd_flags;
    info.priv = b;
    buf = b->pages ? dma_buf_export(&info) : ERR_PTR(-ENOMEM);
    if (!IS_ERR(buf)) {
        exporter->used += bytes;
        tell(b, PROTM_HEAP_GIVEN);
        return buf;
    }
    if (b->pages)
        __free_pages(b->pages, b->order);
    kfree(b);
    return buf;
}

/* What the rig's fault player wants: 0, an error, or how many bytes less than asked. */
static s64 wanted_fault(struct exporter *exporter)
{
    struct protm_heap_news news = {.what = PROTM_HEAP_ASKED, .heap = exporter->number};

    strscpy(news.name, exporter->name, sizeof(news.name));
    return protm_rig_heap(&news);
}

static struct dma_buf *allocate_buffer(struct exporter *exporter, u64 len, u32 fd_flags)
{
    u64 bytes = PAGE_ALIGN(len);
    s64 fault = wanted_fault(exporter);

    if (fault < 0)
        return ERR_PTR(fault);
    if (!bytes)
        return ERR_PTR(-EINVAL);
    if (exporter->limit && bytes > exporter->limit - exporter->used)
        return ERR_PTR(-ENOMEM);
    if (fault > 0)
        bytes = max_t(u64, PAGE_SIZE, bytes - min_t(u64, fault & PAGE_MASK, bytes));
    return export_buffer(exporter, bytes, fd_flags);
}

static struct dma_buf *allocate(struct dma_heap *heap, unsigned long len, u32 fd_flags,
                                u64 heap_flags)
{
    struct exporter *exporter = dma_heap_get_drvdata(heap);
    struct dma_buf *buf = allocate_buffer(exporter, len, fd_flags);
    struct protm_heap_news news = {
        .what = PROTM_HEAP_ANSWERED,
        .heap = exporter->number,
        .error = IS_ERR(buf) ? -PTR_ERR(buf) : 0,
        .bytes = len,
        .fd_flags = fd_flags,
        .heap_flags = heap_flags,
    };

    protm_rig_heap(&news);
    return buf;
}

static const struct dma_heap_ops heap_ops = {.allocate = allocate};

/* --- orders ----------------------------------------------------------------------------------- */

static s64 new_handle(struct dma_heap *heap)
{
    if (heap_count == MOST_HANDLES)
        return -ENFILE;
    heaps[heap_count++] = heap;
    return heap_count;
}

static s64 register_heap(const struct protm_order *order)
{
    struct dma_heap_export_info info = {.ops = &heap_ops};
    struct exporter *exporter = kzalloc(sizeof(*exporter), GFP_KERNEL);
    struct dma_heap *heap;

    if (!exporter)
        return -ENOMEM;
    exporter->number = ++exporter_count;
    exporter->protected_pages = order->args[0];
    exporter->limit = order->args[1] == ~0ull ? 0 : order->args[1];
    strscpy(exporter->name, order->name, sizeof(exporter->name));
    info.name = exporter->name;
    info.priv = exporter;
    heap = dma_heap_add(&info);
    return IS_ERR(heap) ? PTR_ERR(heap) : new_handle(heap);
}

#ifdef PROTM_HAS_HEAP_FIND

static s64 put_heap(u64 handle)
{
    struct dma_heap *heap;

    if (!handle || handle > heap_count || !heaps[handle - 1])
        return -EINVAL;
    heap = heaps[handle - 1];
    heaps[handle - 1] = NULL;
    dma_heap_put(heap);
    return 0;
}

static s64 find_heap(const char *name)
{
    struct dma_heap *heap = dma_heap_find(name);

    return heap ? new_handle(heap) : 0;
}

static s64 allocate_for(const struct protm_order *order)
{
    u64 handle = order->args[0];
    struct dma_buf *buf;

    if (!handle || handle > heap_count || !heaps[handle - 1])
        return -EINVAL;
    buf = dma_heap_buffer_alloc(heaps[handle - 1], order->args[1], order->args[2],
                                order->args[3]);
    if (IS_ERR(buf))
        return PTR_ERR(buf);
    if (buffer_count == MOST_HANDLES) {
        dma_buf_put(buf);
        return -ENFILE;
    }
    buffers[buffer_count++] = buf;
    return buffer_count;
}

static s64 put_buffer(u64 handle)
{
    struct dma_buf *buf;

    if (!handle || handle > buffer_count || !buffers[handle - 1])
        return -EINVAL;
    buf = buffers[handle - 1];
    buffers[handle - 1] = NULL;
    dma_buf_put(buf);
    return 0;
}

s64 protm_heap_order(const struct protm_order *order)
{
    switch (order->kind) {
    case PROTM_HEAP_REGISTER:
        return register_heap(order);
    case PROTM_HEAP_FIND:
        return find_heap(order->name);
    case PROTM_HEAP_PUT:
        if (order->args[0])
            return put_heap(order->args[0]);
        dma_heap_put(NULL);
        return 0;
    case PROTM_HEAP_ALLOC:
        return allocate_for(order);
    default:
        return put_buffer(order->args[0]);
    }
}

#else

s64 protm_heap_order(const struct protm_order *order)
{
    return order->kind == PROTM_HEAP_REGISTER ? register_heap(order) : -ENOSYS;
}

#endif
