// SPDX-License-Identifier: GPL-2.0-only
#include "sut-adapters/steps/stream.h"

#include <algorithm>

#include "gpu-model/vocab/cs_isa.h"
#include "sut-adapters/contract/op_table.h"
#include "sut-adapters/steps/fields.h"

namespace protm::steps {
namespace {

namespace cs = vocab::cs;
using contract::Node;
using contract::NodeType;

constexpr std::uint32_t kAddr = 72;    // pair: address operand
constexpr std::uint32_t kData = 74;    // pair: data operand
constexpr std::uint32_t kLength = 76;  // CALL length

class Assembler {
 public:
  Assembler(const vocab::MachineConfig& machine, const TilerHeapOf& heap_of)
      : machine_(machine), heap_of_(heap_of) {}

  void all(const std::vector<Node>& stream) {
    for (const Node& node : stream) one(node);
  }
  std::vector<std::uint64_t> words;

 private:
  void add(std::uint64_t word) { words.push_back(word); }
  void load(std::uint32_t reg, std::uint64_t value) {
    if (value >> 48 == 0) {
      add(cs::encode_move48(reg, value));
      return;
    }
    add(cs::encode_move32(reg, static_cast<std::uint32_t>(value)));
    add(cs::encode_move32(reg + 1, static_cast<std::uint32_t>(value >> 32)));
  }
  void operands(const Node& n) {
    load(kAddr, number(n, "va"));
    load(kData, number(n, "value"));
  }

  [[nodiscard]] std::uint64_t tasks_of(std::uint64_t time_ns) const {
    const auto task = static_cast<std::size_t>(vocab::Latency::compute_task);
    const std::uint64_t per_task = std::max<std::uint64_t>(machine_.latency_ns[task], 1);
    return std::max<std::uint64_t>(time_ns / per_task, 1);
  }

  void run_other(const Node& n) {
    const auto type = static_cast<NodeType>(n.type);
    const std::uint64_t tasks = std::min<std::uint64_t>(tasks_of(number(n, "time")), UINT32_MAX);
    add(cs::encode_move32(cs::kRunTasksReg, static_cast<std::uint32_t>(tasks)));
    if (type == NodeType::i_run_fragment) {
      add(cs::encode_run_fragment());
    } else {
      load(cs::kTilerChunkReg, heap_of_(n).chunk);
      add(cs::encode_move32(cs::kTilerBytesReg, small(n, "bytes")));
      add(type == NodeType::i_run_idvs ? cs::encode_run_idvs(0) : cs::encode_run_tiling(0));
    }
    add(cs::encode_wait(1));
  }

  void heap(const Node& n) {
    if (static_cast<NodeType>(n.type) == NodeType::i_heap_set) {
      load(kAddr, heap_of_(n).context);
      add(cs::encode_heap_set(kAddr));
    } else {
      const auto what = static_cast<cs::HeapOp>(number(n, "op") & 3);
      add(cs::encode_heap_operation(what, small(n, "wait")));
    }
  }

  void run_compute(std::uint64_t time_ns) {
    const std::uint64_t tasks = tasks_of(time_ns);
    // Two of the three size registers, so that long times fit into 32 bits each.
    constexpr std::uint64_t kRow = 1u << 16;
    const std::uint64_t rows = tasks > kRow ? (tasks + kRow - 1) / kRow : 1;
    const std::uint64_t columns = (tasks + rows - 1) / rows;
    add(cs::encode_move32(cs::kComputeJobSizeReg, static_cast<std::uint32_t>(columns)));
    add(cs::encode_move32(cs::kComputeJobSizeReg + 1, static_cast<std::uint32_t>(rows)));
    add(cs::encode_move32(cs::kComputeJobSizeReg + 2, 1));
    add(cs::encode_run_compute(1, 0));
    add(cs::encode_wait(1));
  }

  void store(const Node& n) {
    operands(n);
    const bool wide = static_cast<NodeType>(n.type) == NodeType::i_store64;
    add(cs::encode_store_multiple(kData, kAddr, wide ? 3 : 1, 0));
  }

  void call(const Node& n) {
    load(kAddr, number(n, "va"));
    add(cs::encode_move32(kLength, small(n, "bytes")));
    add(cs::encode_call(kAddr, kLength));
  }

  void region(const Node& n) {
    Assembler inside(machine_, heap_of_);
    inside.all(nodes(n, "region"));
    add(cs::encode_prot_region(static_cast<std::uint32_t>(inside.words.size())));
    words.insert(words.end(), inside.words.begin(), inside.words.end());
  }

  void sync(const Node& n) {
    operands(n);
    switch (static_cast<NodeType>(n.type)) {
      case NodeType::i_sync_add64:
        add(cs::encode_sync_add64(kAddr, kData, cs::ErrorPropagate::yes));
        break;
      case NodeType::i_sync_set64:
        add(cs::encode_sync(cs::Opcode::sync_set64, kAddr, kData, cs::SyncScope::system,
                            cs::ErrorPropagate::no));
        break;
      default:
        add(cs::encode_sync_wait(cs::Opcode::sync_wait64, kAddr, kData,
                                 static_cast<cs::Condition>(number(n, "condition"))));
        break;
    }
  }

  void one(const Node& n) {
    switch (static_cast<NodeType>(n.type)) {
      case NodeType::i_nop:
        add(cs::encode_nop());
        break;
      case NodeType::i_move32:
        add(cs::encode_move32(small(n, "reg"), small(n, "value")));
        break;
      case NodeType::i_move48:
        add(cs::encode_move48(small(n, "reg"), number(n, "value")));
        break;
      case NodeType::i_add64:
        add(cs::encode_add_imm64(small(n, "reg"), small(n, "from"),
                                 static_cast<std::int32_t>(small(n, "value"))));
        break;
      case NodeType::i_store32:
      case NodeType::i_store64:
        store(n);
        break;
      case NodeType::i_load32:
        load(kAddr, number(n, "va"));
        add(cs::encode_load_multiple(small(n, "reg"), kAddr, 1, 0));
        add(cs::encode_wait(1));
        break;
      case NodeType::i_wait:
        add(cs::encode_wait(small(n, "slots")));
        break;
      case NodeType::i_sync_add64:
      case NodeType::i_sync_set64:
      case NodeType::i_sync_wait64:
        sync(n);
        break;
      case NodeType::i_run_compute:
        run_compute(number(n, "time"));
        break;
      case NodeType::i_run_fragment:
      case NodeType::i_run_tiling:
      case NodeType::i_run_idvs:
        run_other(n);
        break;
      case NodeType::i_heap_set:
      case NodeType::i_heap_op:
        heap(n);
        break;
      case NodeType::i_prot_region:
        region(n);
        break;
      case NodeType::i_call:
        call(n);
        break;
      case NodeType::i_flush:
        add(cs::encode_move32(kLength, 0));
        add(cs::encode_flush_cache2(cs::kFlushAll, 0, kLength, 1));
        add(cs::encode_wait(2));
        break;
      case NodeType::i_error_barrier:
        add(cs::encode_error_barrier());
        break;
      case NodeType::i_invalid:
        add(std::uint64_t{0xff} << 56);
        break;
      case NodeType::i_raw:
        add(number(n, "word"));
        break;
      default:
        break;
    }
  }

  const vocab::MachineConfig& machine_;
  const TilerHeapOf& heap_of_;
};

}  // namespace

std::vector<std::uint64_t> assemble(const std::vector<Node>& stream,
                                    const vocab::MachineConfig& machine,
                                    const TilerHeapOf& heap_of) {
  Assembler assembler(machine, heap_of);
  assembler.all(stream);
  return std::move(assembler.words);
}

}  // namespace protm::steps
