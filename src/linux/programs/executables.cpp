#include "linux/programs/executables.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <utility>

#include "linux/programs/interpreter.h"
#include "netmon/core/places/identity.h"
#include "netmon/core/values/error.h"
#include "netmon/core/values/sha256.h"

namespace netmon {
namespace {

constexpr std::string_view kElfMagic = "\177ELF";

// Digests the file from its beginning to its end, but hardly more than `size_bytes`, so that a
// growing file does not keep netmon reading.
FileRead read_all(int fd, std::uint64_t size_bytes) {
  Sha256 digest;
  std::optional<InterpreterMarks> marks;  // present for an ELF file
  const auto buffer = std::make_unique_for_overwrite<std::array<char, 128 * kKibibyte>>();
  for (std::uint64_t offset = 0; offset <= size_bytes;) {
    const ssize_t got = ::pread(fd, buffer->data(), buffer->size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return {{}, {}, errno};
    if (got == 0) break;
    const std::string_view piece(buffer->data(), static_cast<std::size_t>(got));
    digest.add(piece);
    if (offset == 0 && piece.starts_with(kElfMagic)) marks.emplace();
    if (marks) marks->add(piece);
    offset += static_cast<std::uint64_t>(got);
  }
  const auto interpreter = marks ? marks->found() : std::nullopt;
  return {{digest.finish(), std::string(interpreter ? to_string(*interpreter) : "")}, {}, 0};
}

// Opens a regular file without waiting. The path is checked before it is opened, because by now it
// may lead to a device, and opening a device can have effects.
OpenResult open_regular(int dir, const std::string& path) {
  const Fd found(::openat(dir, path.c_str(), O_PATH | O_CLOEXEC));
  if (!found) {
    require_resources(errno);
    return {{}, errno};
  }
  const StatusResult status = read_status(found.get());
  if (status.error != 0) return {{}, status.error};
  if (!status.status.is_regular()) return {{}, EINVAL};
  return open_file(AT_FDCWD, ("/proc/self/fd/" + std::to_string(found.get())).c_str());
}

}  // namespace

std::vector<bool> exposed_processes(const Snapshot& snapshot) {
  std::vector<bool> exposed(snapshot.processes.size());
  const std::vector<std::optional<Role>> roles = roles_of(snapshot);
  for (std::size_t i = 0; i < snapshot.sockets.size(); ++i) {
    if (roles[i] != Role::listener && roles[i] != Role::outbound && roles[i] != Role::raw) continue;
    for (const Owner& owner : snapshot.owners_of(snapshot.sockets[i])) {
      exposed[owner.process] = true;
    }
  }
  return exposed;
}

FileRead read_content(int fd, std::uint64_t max_bytes) {
  constexpr int kAttempts = 2;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const StatusResult before = read_status(fd);
    if (before.error != 0 || !before.status.is_regular()) return {{}, {}, EINVAL};
    const FileVersion& version = before.status.version;
    if (version.size_bytes > max_bytes) return {{}, version, EFBIG};
    FileRead read = read_all(fd, version.size_bytes);
    read.version = version;
    if (read.error != 0 || read_status(fd).status.version == version) return read;
  }
  return {{}, {}, EAGAIN};
}

FileContents::Result FileContents::get(const FileVersion& version, int dir, const std::string& path,
                                       std::uint64_t max_bytes) {
  if (auto known = find(version)) return {std::move(known), 0};
  const OpenResult file = open_regular(dir, path);
  if (!file.fd) return {std::nullopt, file.error};
  if (read_status(file.fd.get()).status.version != version) return {std::nullopt, EAGAIN};
  FileRead read = read_content(file.fd.get(), max_bytes);
  if (read.error == 0 && read.version != version) read.error = EAGAIN;
  if (read.error != 0) return {std::nullopt, read.error};
  const std::lock_guard lock(mutex_);
  fresh_.emplace(version, read.content);
  return {std::move(read.content), 0};
}

std::optional<FileContent> FileContents::find(const FileVersion& version) {
  if (const auto at = known_.find(version); at != known_.end()) return at->second;
  const std::lock_guard lock(mutex_);
  const auto at = fresh_.find(version);
  return at == fresh_.end() ? std::nullopt : std::optional(at->second);
}

std::string unread_reason(int error) {
  if (error == EAGAIN) return "it changed while it was read";
  if (error == EINVAL) return "not a regular file";
  if (error == EFBIG) return "too large to be read";
  return errno_text(error);
}

}  // namespace netmon
