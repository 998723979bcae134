#include "linux/executables.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <map>
#include <memory>
#include <optional>

#include "linux/files.h"
#include "linux/gaps.h"
#include "netmon/error.h"
#include "netmon/identity.h"

namespace netmon {
namespace {

using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

std::string to_hex(std::span<const unsigned char> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xfU];
  }
  return text;
}

// Of what is read from here to the end, at most `size_bytes` and a little: a file that grows does
// not keep netmon reading.
FileDigest hash_contents(int fd, std::uint64_t size_bytes) {
  const DigestContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) {
    throw Error("SHA-256", "libcrypto does not offer it");
  }
  const auto buffer = std::make_unique_for_overwrite<std::array<char, 128 * kKibibyte>>();
  for (std::uint64_t offset = 0; offset <= size_bytes;) {
    const ssize_t got = ::pread(fd, buffer->data(), buffer->size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return {{}, {}, errno};
    if (got == 0) break;
    EVP_DigestUpdate(context.get(), buffer->data(), static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_DigestFinal_ex(context.get(), digest.data(), &length);
  return {to_hex(std::span(digest).first(length)), {}, 0};
}

std::optional<FileVersion> regular_version(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return version_of(status);
}

// Of what the process runs by now, which may be another file than it ran when it was looked at.
FileDigest digest_of_process(const std::string& proc_root, const FoundProcess& found) {
  const std::string path =
      proc_root + "/" + std::to_string(found.process.pid) + "/" + found.exe_path;
  const OpenResult file = open_file(AT_FDCWD, path.c_str());
  if (!file.fd) return {{}, {}, file.error};
  if (regular_version(file.fd.get()) != found.file.version) return {{}, {}, EAGAIN};
  FileDigest digest = digest_file(file.fd.get());
  if (digest.error == 0 && digest.version != found.file.version) digest.error = EAGAIN;
  return digest;
}

std::string reason_of(int error) {
  return error == EAGAIN   ? "it changed while it was read"
         : error == EINVAL ? "not a regular file"
                           : errno_text(error);
}

}  // namespace

std::vector<bool> exposed_processes(const Snapshot& snapshot) {
  std::vector<bool> exposed(snapshot.processes.size());
  const std::vector<std::optional<Role>> roles = roles_of(snapshot);
  for (std::size_t i = 0; i < snapshot.sockets.size(); ++i) {
    if (roles[i] != Role::listener && roles[i] != Role::outbound && roles[i] != Role::raw) continue;
    const Socket& socket = snapshot.sockets[i];
    for (const Owner& owner :
         std::span(snapshot.owners).subspan(socket.first_owner, socket.owner_count)) {
      exposed[owner.process] = true;
    }
  }
  return exposed;
}

HashedExecutables hash_executables(const std::string& proc_root,
                                   std::span<const FoundProcess> processes,
                                   const std::vector<bool>& wanted,
                                   const ExecutableDigests& known) {
  HashedExecutables hashed;
  std::map<FileVersion, int> failed;
  for (std::size_t i = 0; i < processes.size(); ++i) {
    const RunningFile& file = processes[i].file;
    if (!wanted[i] || file.error != 0 || hashed.digests.contains(file.version)) continue;
    if (const auto at = known.find(file.version); at != known.end()) {
      hashed.digests.insert(*at);
      continue;
    }
    // One that could not be read through a process that has gone may be read through the next.
    FileDigest digest = digest_of_process(proc_root, processes[i]);
    if (digest.error != 0) {
      failed[file.version] = digest.error;
      continue;
    }
    hashed.fresh.emplace(file.version, digest.sha256);
    hashed.digests.emplace(file.version, std::move(digest.sha256));
  }
  for (std::size_t i = 0; i < processes.size(); ++i) {
    const RunningFile& file = processes[i].file;
    if (!wanted[i] || hashed.digests.contains(file.version)) continue;
    const int error = file.error != 0 ? file.error : failed[file.version];
    add_gap(hashed.gaps,
            {GapCode::executables_not_hashed, std::nullopt, std::nullopt, reason_of(error), 1});
  }
  return hashed;
}

FileDigest digest_file(int fd) {
  constexpr int kAttempts = 2;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const std::optional<FileVersion> before = regular_version(fd);
    if (!before) return {{}, {}, EINVAL};
    FileDigest digest = hash_contents(fd, before->size_bytes);
    digest.version = *before;
    if (digest.error != 0 || regular_version(fd) == before) return digest;
  }
  return {{}, {}, EAGAIN};
}

}  // namespace netmon
