#include "cli/input/ssh_signature.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <vector>

#include "cli/input/input_file.h"
#include "cli/output/output.h"
#include "netmon/core/values/error.h"

namespace netmon::cli {
namespace {

constexpr const char* kSshKeygen = "/usr/bin/ssh-keygen";
constexpr const char* kNamespace = "netmon";
constexpr const char* kSignaturePath = "/proc/self/fd/3";
constexpr const char* kAllowedSignersPath = "/proc/self/fd/4";
constexpr std::size_t kMaxAnswerBytes = 64UL * 1024;

// A file in memory for the input or output of a child process. Neither process waits for the other,
// and nobody else can change the file.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view text = {}) {
    const int fd = ::memfd_create("netmon", MFD_CLOEXEC);
    if (fd < 0) throw SystemError("memfd_create(2)", errno);
    // The number is above those that the child's files get, so that none replaces another.
    fd_ = ::fcntl(fd, F_DUPFD_CLOEXEC, 10);
    const int error = errno;
    ::close(fd);
    if (fd_ < 0) throw SystemError("fcntl(2)", error);
    write_all(fd_, text, "a file in memory");
    ::lseek(fd_, 0, SEEK_SET);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(fd_); }

  [[nodiscard]] int fd() const { return fd_; }

  [[nodiscard]] std::string text() const {
    std::string text(kMaxAnswerBytes, '\0');
    const ssize_t got = ::pread(fd_, text.data(), text.size(), 0);
    if (got < 0) throw SystemError("a file in memory", errno);
    text.resize(static_cast<std::size_t>(got));
    return text;
  }

 private:
  int fd_ = -1;
};

class FileActions {
 public:
  FileActions() { ::posix_spawn_file_actions_init(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }

  // Makes `file` the child's descriptor `number`.
  void give(const MemoryFile& file, int number) {
    const int error = ::posix_spawn_file_actions_adddup2(&actions_, file.fd(), number);
    if (error != 0) throw SystemError(kSshKeygen, error);
  }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

struct Answer {
  bool succeeded = false;
  std::string out;
  std::string err;
};

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw SystemError(kSshKeygen, errno);
  }
  return status;
}

struct Question {
  std::string_view input;  // standard input
  std::string_view signature;
  std::string_view allowed_signers;
};

Answer ask_ssh_keygen(const std::vector<std::string>& arguments, const Question& question) {
  const MemoryFile input(question.input);
  const MemoryFile signature(question.signature);
  const MemoryFile allowed_signers(question.allowed_signers);
  const MemoryFile out;
  const MemoryFile err;
  FileActions actions;
  actions.give(input, 0);
  actions.give(out, 1);
  actions.give(err, 2);
  actions.give(signature, 3);
  actions.give(allowed_signers, 4);
  std::string name = kSshKeygen;
  std::vector<std::string> words = arguments;
  std::vector<char*> argv{name.data()};
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::string locale = "LC_ALL=C";
  const std::array<char*, 2> environment{locale.data(), nullptr};

  pid_t child = 0;
  const int error =
      ::posix_spawn(&child, kSshKeygen, actions.get(), nullptr, argv.data(), environment.data());
  if (error == ENOENT) {
    throw Error(kSshKeygen, "is not there: it comes with the package openssh-client");
  }
  if (error != 0) throw SystemError(kSshKeygen, error);
  const int status = wait_for(child);
  if (WIFSIGNALED(status)) {
    throw Error(kSshKeygen, fmt::format("was ended by signal {}", WTERMSIG(status)));
  }
  return {WEXITSTATUS(status) == 0, out.text(), err.text()};
}

std::string first_line(std::string_view text) {
  return std::string(text.substr(0, text.find_first_of("\r\n")));
}

// The cause of a failure: the first line of the answer. The path of the allowed signers is
// replaced, because the user knows the file by another name.
std::string cause(const Answer& answer) {
  std::string line = first_line(answer.err.empty() ? answer.out : answer.err);
  const std::string place = std::string(kAllowedSignersPath) + ":";
  if (line.starts_with(place)) line = "allowed signers, line " + line.substr(place.size());
  return line.empty() ? "ssh-keygen refuses it" : line;
}

// The key, "ED25519 SHA256:…", in 'Good "netmon" signature for NAME with ED25519 key SHA256:…',
// where NAME may be any text.
std::string key_of(const std::string& line) {
  constexpr std::string_view kWith = " with ";
  constexpr std::string_view kKey = " key ";
  const std::size_t with = line.rfind(kWith);
  if (with == std::string::npos) return line;
  std::string key = line.substr(with + kWith.size());
  const std::size_t word = key.find(kKey);
  return word == std::string::npos ? key : key.replace(word, kKey.size(), " ");
}

}  // namespace

Document read_signature(const std::string& path) {
  return {DocumentKind::signature, base_name(path), "", InputFile(path).read()};
}

CheckedSignature check_signature(const Document& signature, const std::string& allowed_signers) {
  CheckedSignature checked{.name = signature.name, .digest = signature.signed_digest};
  checked.state = SignatureState::not_valid;
  const std::string signed_text = signature.signed_digest + "\n";
  const Question question{signed_text, signature.text, allowed_signers};
  const Answer found = ask_ssh_keygen(
      {"-Y", "find-principals", "-s", kSignaturePath, "-f", kAllowedSignersPath}, question);
  const std::string signer = first_line(found.out);
  if (!found.succeeded || signer.empty()) {
    checked.reason = "by none of the allowed signers: " + cause(found);
    return checked;
  }
  const Answer answer = ask_ssh_keygen({"-Y", "verify", "-n", kNamespace, "-I", signer, "-s",
                                        kSignaturePath, "-f", kAllowedSignersPath},
                                       question);
  if (!answer.succeeded) {
    checked.reason = cause(answer);
    return checked;
  }
  checked.state = SignatureState::valid;
  checked.signer = signer;
  checked.key = key_of(first_line(answer.out));
  return checked;
}

std::optional<std::string> why_not_over_its_digest(const Document& signature) {
  const std::string signed_text = signature.signed_digest + "\n";
  const Answer answer =
      ask_ssh_keygen({"-Y", "check-novalidate", "-n", kNamespace, "-s", kSignaturePath},
                     {signed_text, signature.text, ""});
  return answer.succeeded ? std::nullopt : std::optional(cause(answer));
}

}  // namespace netmon::cli
