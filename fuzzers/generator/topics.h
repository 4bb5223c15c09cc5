// SPDX-License-Identifier: GPL-2.0-only
// What each topic adds to a Scene: `prepare_*` before there are clients, `befall_*` while they
// work. One file per subject, topic_*.cc; the table that calls them is topic.cc.
// Leaves out: how often (topic.cc), and whether at all (swarm.h).
#pragma once

namespace protm::fuzz {

struct Scene;

void befall_binds(Scene& scene);
void befall_groups(Scene& scene);
void befall_sleep(Scene& scene);
void befall_idle(Scene& scene);
void befall_device(Scene& scene);
void prepare_files(Scene& scene);
void befall_files(Scene& scene);
void prepare_session(Scene& scene);
void prepare_machine(Scene& scene);
void prepare_answers(Scene& scene);
void prepare_latencies(Scene& scene);
void prepare_calls(Scene& scene);
void prepare_heaps(Scene& scene);
void befall_heaps(Scene& scene);
void prepare_start(Scene& scene);
void befall_tiler(Scene& scene);
void befall_syncs(Scene& scene);
void befall_buffers(Scene& scene);
void befall_wrong(Scene& scene);
void befall_anything(Scene& scene);
void befall_schedule(Scene& scene);

}  // namespace protm::fuzz
