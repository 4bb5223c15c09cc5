// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/differential/questions.h"

namespace protm::differential {
namespace {

using contract::Capability;

constexpr std::array kQuestions{
    Question{.id = "vm-op",
             .entry = "MMU-20",
             .title = "a VM operation that meets a protected session",
             .of = AskedOf::driver,
             .capability = Capability::forced_exit,
             .positions = {{{"", "throws the GPU out of protected mode after 5 ms",
                             "patch 7/8, 5 May 2026"},
                            {"vm-op-waits", "waits for the end of the session",
                             "sketch in the review of 7/8, Boris Brezillon, 5 May 2026"}}}},
    Question{.id = "heap-life",
             .entry = "HEAP-9",
             .title = "the life of a dma-heap",
             .of = AskedOf::driver,
             .capability = Capability::removable_heaps,
             .positions = {{{"", "counts references, and the last one ends it",
                             "patch 1/8, 5 May 2026"},
                            {"heaps-immortal", "is never destroyed",
                             "review of 1/8, Boris Brezillon and Maxime Ripard, 5 May 2026"}}}},
    Question{.id = "heap-lookup",
             .entry = "HEAP-28",
             .title = "a protected heap that is missing at probe",
             .of = AskedOf::driver,
             .capability = Capability::deferred_probe,
             .positions = {{{"", "defers the probe", "patch 4/8, 5 May 2026"},
                            {"heap-at-group",
                             "is looked for again when a protected group is created",
                             "Boris Brezillon, 7 and 12 May 2026, on 4/8"}}}},
    Question{.id = "heap-name",
             .entry = "HEAP-12",
             .title = "a heap's name with a newline at its end",
             .of = AskedOf::driver,
             .capability = Capability::exact_heap_name,
             .positions = {{{"", "is another name", "patch 2/8, 5 May 2026: strcmp()"},
                            {"heap-name-sysfs", "is the name without the newline",
                             "review of 2/8, Boris Brezillon, 5 May 2026: sysfs_streq()"}}}},
    Question{.id = "buffers",
             .entry = "L-UAPI-32",
             .title = "protected memory",
             .of = AskedOf::driver,
             .capability = Capability::deferred_probe,
             .positions = {{{"", "comes from a heap that a module parameter names",
                             "patch 4/8, 5 May 2026"},
                            {"userspace-buffers",
                             "comes from user space (announced; numbers and structs are ours)",
                             "Boris Brezillon and Ketil Johnsen, 19 May 2026, on 4/8"}}}},
    Question{.id = "fw-asks-again",
             .entry = "SCHED-39",
             .title = "firmware that resumes a CS inside a protected region",
             .of = AskedOf::firmware,
             .answer = vocab::Switch::pend_again_on_resume,
             .positions = {{{"", "raises PROTM_PEND again",
                             "patch 7/8, 5 May 2026, kerneldoc of protm_pending_queues"},
                            {"fw-asks-once", "does not raise PROTM_PEND again",
                             "asked by Boris Brezillon, 10 February 2025; not answered"}}}},
    Question{.id = "fw-acks-inside",
             .entry = "SCHED-40",
             .title = "a PROTM_PEND ack that comes after PROTM_ENTER",
             .of = AskedOf::firmware,
             .answer = vocab::Switch::acks_noticed_inside,
             .positions = {{{"", "is missed", "mali_kbase, comments of its CSF scheduler"},
                            {"fw-acks-inside", "is noticed inside protected mode",
                             "Assumption: no mail says that it never is"}}}},
};

}  // namespace

std::span<const Question> questions() { return kQuestions; }

}  // namespace protm::differential
