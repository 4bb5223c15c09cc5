// SPDX-License-Identifier: GPL-2.0-only
#include "conformance/format/fault_text.h"

#include "conformance/format/event_text.h"
#include "gpu-model/vocab/exception_codes.h"

namespace protm::format {
namespace {

using vocab::FaultKind;

constexpr std::uint32_t kExceptionCodes = 256;

}  // namespace

TargetForm target_form(FaultKind kind) {
  switch (kind) {
    case FaultKind::late_ack:
    case FaultKind::lose_ack:
    case FaultKind::lose_irq:
    case FaultKind::spurious_irq:
    case FaultKind::cs_fault:
    case FaultKind::cs_fatal: return TargetForm::word;
    case FaultKind::stuck_as_command: return TargetForm::as_number;
    default: return TargetForm::none;
  }
}

std::vector<TargetWord> target_words(FaultKind kind) {
  std::vector<TargetWord> words;
  const auto add_all = [&words](std::span<const std::string_view> names) {
    for (std::string_view name : names) {
      words.push_back({name, static_cast<std::uint32_t>(words.size())});
    }
  };
  if (kind == FaultKind::late_ack || kind == FaultKind::lose_ack) {
    add_all(vocab::ack_target_names());
  } else if (kind == FaultKind::lose_irq || kind == FaultKind::spurious_irq) {
    add_all(event_arg_words(contract::EventArg::irq_line));
  } else if (kind == FaultKind::cs_fault || kind == FaultKind::cs_fatal) {
    for (std::uint32_t code = 0; code < kExceptionCodes; ++code) {
      const std::string_view name = vocab::exception_name(code);
      if (!name.empty()) words.push_back({name, code});
    }
  }
  return words;
}

}  // namespace protm::format
