// SPDX-License-Identifier: GPL-2.0-only
#include "gpu-model/vocab/errno.h"

#include <array>

namespace protm::vocab {
namespace {

struct Row {
  int number;
  std::string_view name;
};

constexpr std::array kRows{
    Row{EPERM, "EPERM"},
    Row{ENOENT, "ENOENT"},
    Row{ESRCH, "ESRCH"},
    Row{EINTR, "EINTR"},
    Row{EIO, "EIO"},
    Row{ENXIO, "ENXIO"},
    Row{E2BIG, "E2BIG"},
    Row{EBADF, "EBADF"},
    Row{ECHILD, "ECHILD"},
    Row{EAGAIN, "EAGAIN"},
    Row{ENOMEM, "ENOMEM"},
    Row{EACCES, "EACCES"},
    Row{EFAULT, "EFAULT"},
    Row{EBUSY, "EBUSY"},
    Row{EEXIST, "EEXIST"},
    Row{EXDEV, "EXDEV"},
    Row{ENODEV, "ENODEV"},
    Row{ENOTDIR, "ENOTDIR"},
    Row{EISDIR, "EISDIR"},
    Row{EINVAL, "EINVAL"},
    Row{ENFILE, "ENFILE"},
    Row{EMFILE, "EMFILE"},
    Row{ENOTTY, "ENOTTY"},
    Row{EFBIG, "EFBIG"},
    Row{ENOSPC, "ENOSPC"},
    Row{ESPIPE, "ESPIPE"},
    Row{EROFS, "EROFS"},
    Row{EPIPE, "EPIPE"},
    Row{EDOM, "EDOM"},
    Row{ERANGE, "ERANGE"},
    Row{EDEADLK, "EDEADLK"},
    Row{ENAMETOOLONG, "ENAMETOOLONG"},
    Row{ENOSYS, "ENOSYS"},
    Row{ENODATA, "ENODATA"},
    Row{ETIME, "ETIME"},
    Row{EPROTO, "EPROTO"},
    Row{EOVERFLOW, "EOVERFLOW"},
    Row{EOPNOTSUPP, "EOPNOTSUPP"},
    Row{ENOBUFS, "ENOBUFS"},
    Row{ESHUTDOWN, "ESHUTDOWN"},
    Row{ETIMEDOUT, "ETIMEDOUT"},
    Row{EALREADY, "EALREADY"},
    Row{EINPROGRESS, "EINPROGRESS"},
    Row{ECANCELED, "ECANCELED"},
    Row{kERESTARTSYS, "ERESTARTSYS"},
    Row{kERESTARTNOINTR, "ERESTARTNOINTR"},
    Row{kENOIOCTLCMD, "ENOIOCTLCMD"},
    Row{kEPROBE_DEFER, "EPROBE_DEFER"},
    Row{kENOTSUPP, "ENOTSUPP"},
};

}  // namespace

std::string_view errno_name(int number) {
  const int positive = number < 0 ? -number : number;
  for (const Row& row : kRows) {
    if (row.number == positive) return row.name;
  }
  return {};
}

std::optional<int> errno_number(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) return row.number;
  }
  return std::nullopt;
}

}  // namespace protm::vocab
