// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/mutants/mutants.h"

#include <array>

namespace protm::mutants {

extern const Mutant kAckTimeoutIgnored;
extern const Mutant kAlwaysCapable;
extern const Mutant kAsyncBindRefused;
extern const Mutant kBindFailureForgotten;
extern const Mutant kBindUnchecked;
extern const Mutant kBlockNotLocked;
extern const Mutant kBoCreateUnchecked;
extern const Mutant kBusyBuffersReclaimed;
extern const Mutant kDeadGroupsAreSaved;
extern const Mutant kEmptyNameDefers;
extern const Mutant kEmptySectionCleared;
extern const Mutant kEmptySlotUnchecked;
extern const Mutant kEntersBeforeTheUpdates;
extern const Mutant kEntryDoesNotWait;
extern const Mutant kEveryBindThrowsOut;
extern const Mutant kEveryGroupProtected;
extern const Mutant kEvictedGroupsEnd;
extern const Mutant kEvictedStayAway;
extern const Mutant kEvictionWaits;
extern const Mutant kExclusiveExported;
extern const Mutant kExitDropsRequests;
extern const Mutant kExitNotAcknowledged;
extern const Mutant kExitNotAwaited;
extern const Mutant kExpandLocksAgain;
extern const Mutant kFailedAddLeaks;
extern const Mutant kFailedImportLeaks;
extern const Mutant kFailedProbeKeepsHeap;
extern const Mutant kFailedUpdateBlamesProtm;
extern const Mutant kFatalIgnored;
extern const Mutant kFaultAsksForTwoResets;
extern const Mutant kFaultIgnored;
extern const Mutant kFenceTooEarly;
extern const Mutant kFirmwareAsCounts;
extern const Mutant kFirstChunkWrong;
extern const Mutant kFlushIdZeroAsleep;
extern const Mutant kGateAlwaysOpen;
extern const Mutant kGateKeptByFailedLock;
extern const Mutant kGateLeftByFailedLock;
extern const Mutant kGrantAcksEverybody;
extern const Mutant kGrantDropsOtherRequests;
extern const Mutant kGrantEvictsIdleGroups;
extern const Mutant kGrantForgotten;
extern const Mutant kGrantWithoutDoorbell;
extern const Mutant kGroupCreateUnchecked;
extern const Mutant kGroupStateOfNobody;
extern const Mutant kGroupsWithoutWorkStay;
extern const Mutant kHalfOfASubmit;
extern const Mutant kHeapAnswerUnchecked;
extern const Mutant kHeapChunkSizeLost;
extern const Mutant kHeapCloseLeaks;
extern const Mutant kHeapErrorReplaced;
extern const Mutant kHeapFindRevives;
extern const Mutant kHeapFlagsUnchecked;
extern const Mutant kHeapGrowsAtOnce;
extern const Mutant kHeapNeverGrows;
extern const Mutant kHeapNeverReleased;
extern const Mutant kHeapNewlineIgnored;
extern const Mutant kHeapOfNobody;
extern const Mutant kHeapOutlivesVm;
extern const Mutant kHeapPrefixMatches;
extern const Mutant kHeapReferenceShared;
extern const Mutant kIdleGroupEnters;
extern const Mutant kImportsReclaimed;
extern const Mutant kInfoOfNobody;
extern const Mutant kL2NotAwaited;
extern const Mutant kLabelOfNobody;
extern const Mutant kLabelTooLong;
extern const Mutant kLastComeFirstServed;
extern const Mutant kLateExitGivenUp;
extern const Mutant kLateRequestAcked;
extern const Mutant kLockOutlivesItsAs;
extern const Mutant kLockedWithoutAnAs;
extern const Mutant kLowerPriorityEnters;
extern const Mutant kMappingWithoutReference;
extern const Mutant kMissingHeapIsFinal;
extern const Mutant kMmappedGoesFirst;
extern const Mutant kMmioOffsetUnchecked;
extern const Mutant kNeighboursForgotten;
extern const Mutant kNeverIdle;
extern const Mutant kNoGraceForASession;
extern const Mutant kNoMmapIgnored;
extern const Mutant kNormalSuspendBuffer;
extern const Mutant kOffsetOfNobody;
extern const Mutant kOneExitPerSession;
extern const Mutant kOneGroupOnly;
extern const Mutant kOpsDoneAsTheyCome;
extern const Mutant kOpsReadTwice;
extern const Mutant kPeriodCutShort;
extern const Mutant kPriorityUpsideDown;
extern const Mutant kProgressTimerIgnored;
extern const Mutant kProtectedFaultIgnored;
extern const Mutant kProtectedNeedsPrivilege;
extern const Mutant kProtectedWithoutBuffer;
extern const Mutant kProtmBufferNotNamed;
extern const Mutant kProtmEventsMasked;
extern const Mutant kQueryUnchecked;
extern const Mutant kQueuesFaultIgnored;
extern const Mutant kQueuesReadTwice;
extern const Mutant kRegionNotLocked;
extern const Mutant kReplyFaultIgnored;
extern const Mutant kRequestLeftAlone;
extern const Mutant kResetAsksForAnother;
extern const Mutant kResetBlamesWhoWaits;
extern const Mutant kResetEndsBoth;
extern const Mutant kResetKillsAll;
extern const Mutant kRootReferenceKept;
extern const Mutant kSecondUnplugPutsHeap;
extern const Mutant kSectionInNormalMemory;
extern const Mutant kSectionWantsHeap;
extern const Mutant kSessionNeverYields;
extern const Mutant kSessionOutlivesReset;
extern const Mutant kShortSessionMissed;
extern const Mutant kSilentSlotCostsAll;
extern const Mutant kSleepIgnored;
extern const Mutant kSlotReferenceKept;
extern const Mutant kSlotsUnlike;
extern const Mutant kSlowExitGivenUp;
extern const Mutant kSlowToGiveUp;
extern const Mutant kStreamTruncated;
extern const Mutant kSubmitFaultIgnored;
extern const Mutant kSubmitUnchecked;
extern const Mutant kSuspendBufferHandle;
extern const Mutant kSuspendBufferMixedUp;
extern const Mutant kSuspendedGroupsStartAnew;
extern const Mutant kSyncOfNobody;
extern const Mutant kSyncRangeUnchecked;
extern const Mutant kSyncValueWrong;
extern const Mutant kTickForEachSync;
extern const Mutant kTilerHeapArguments;
extern const Mutant kTimeoutIgnored;
extern const Mutant kUnknownFieldsIgnored;
extern const Mutant kUserPageOutlivesGpu;
extern const Mutant kUserPageWritable;
extern const Mutant kVmCreateUnchecked;
extern const Mutant kVmDestroyOfNobody;
extern const Mutant kVmOperationsSleepInside;
extern const Mutant kVmStateOfNobody;
extern const Mutant kWaitingCountsAsIdle;
extern const Mutant kWalksNotShared;
extern const Mutant kWatchdogPingsInside;
extern const Mutant kWiderLockUnchecked;

std::span<const Mutant> table() {
  static const std::array mutants{
      kAckTimeoutIgnored, kAlwaysCapable, kAsyncBindRefused, kBindFailureForgotten, kBindUnchecked,
      kBlockNotLocked, kBoCreateUnchecked, kBusyBuffersReclaimed, kDeadGroupsAreSaved,
      kEmptyNameDefers, kEmptySectionCleared, kEmptySlotUnchecked, kEntersBeforeTheUpdates,
      kEntryDoesNotWait, kEveryBindThrowsOut, kEveryGroupProtected, kEvictedGroupsEnd,
      kEvictedStayAway, kEvictionWaits, kExclusiveExported, kExitDropsRequests,
      kExitNotAcknowledged, kExitNotAwaited, kExpandLocksAgain, kFailedAddLeaks, kFailedImportLeaks,
      kFailedProbeKeepsHeap, kFailedUpdateBlamesProtm, kFatalIgnored, kFaultAsksForTwoResets,
      kFaultIgnored, kFenceTooEarly, kFirmwareAsCounts, kFirstChunkWrong, kFlushIdZeroAsleep,
      kGateAlwaysOpen, kGateKeptByFailedLock, kGateLeftByFailedLock, kGrantAcksEverybody,
      kGrantDropsOtherRequests, kGrantEvictsIdleGroups, kGrantForgotten, kGrantWithoutDoorbell,
      kGroupCreateUnchecked, kGroupStateOfNobody, kGroupsWithoutWorkStay, kHalfOfASubmit,
      kHeapAnswerUnchecked, kHeapChunkSizeLost, kHeapCloseLeaks, kHeapErrorReplaced,
      kHeapFindRevives, kHeapFlagsUnchecked, kHeapGrowsAtOnce, kHeapNeverGrows, kHeapNeverReleased,
      kHeapNewlineIgnored, kHeapOfNobody, kHeapOutlivesVm, kHeapPrefixMatches,
      kHeapReferenceShared, kIdleGroupEnters,
      kImportsReclaimed, kInfoOfNobody, kL2NotAwaited, kLabelOfNobody, kLabelTooLong,
      kLastComeFirstServed, kLateExitGivenUp, kLateRequestAcked, kLockOutlivesItsAs,
      kLockedWithoutAnAs, kLowerPriorityEnters, kMappingWithoutReference, kMissingHeapIsFinal,
      kMmappedGoesFirst, kMmioOffsetUnchecked, kNeighboursForgotten, kNeverIdle,
      kNoGraceForASession, kNoMmapIgnored, kNormalSuspendBuffer, kOffsetOfNobody,
      kOneExitPerSession, kOneGroupOnly, kOpsDoneAsTheyCome, kOpsReadTwice, kPeriodCutShort,
      kPriorityUpsideDown, kProgressTimerIgnored, kProtectedFaultIgnored, kProtectedNeedsPrivilege,
      kProtectedWithoutBuffer, kProtmBufferNotNamed, kProtmEventsMasked, kQueryUnchecked,
      kQueuesFaultIgnored, kQueuesReadTwice, kRegionNotLocked, kReplyFaultIgnored,
      kRequestLeftAlone, kResetAsksForAnother, kResetBlamesWhoWaits, kResetEndsBoth,
      kResetKillsAll, kRootReferenceKept, kSecondUnplugPutsHeap, kSectionInNormalMemory,
      kSectionWantsHeap,
      kSessionNeverYields, kSessionOutlivesReset, kShortSessionMissed, kSilentSlotCostsAll,
      kSleepIgnored, kSlotReferenceKept, kSlotsUnlike, kSlowExitGivenUp, kSlowToGiveUp,
      kStreamTruncated, kSubmitFaultIgnored, kSubmitUnchecked, kSuspendBufferHandle,
      kSuspendBufferMixedUp, kSuspendedGroupsStartAnew, kSyncOfNobody, kSyncRangeUnchecked,
      kSyncValueWrong, kTickForEachSync, kTilerHeapArguments, kTimeoutIgnored,
      kUnknownFieldsIgnored, kUserPageOutlivesGpu, kUserPageWritable, kVmCreateUnchecked,
      kVmDestroyOfNobody, kVmOperationsSleepInside, kVmStateOfNobody, kWaitingCountsAsIdle,
      kWalksNotShared, kWatchdogPingsInside, kWiderLockUnchecked,
  };
  return mutants;
}

}  // namespace protm::mutants
