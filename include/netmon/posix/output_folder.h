// Where a file that a user named is written. root may be made to write elsewhere: by a symbolic
// link, a pipe or a hard link that another user planted in a folder of his own, or in /tmp. What
// root writes to is root's, or is a new file.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>

#include "netmon/posix/fd.h"

namespace netmon {

// The folder of the file `path`, held open: what is done through descriptor() cannot be led
// elsewhere afterwards.
class OutputFolder {
 public:
  // Throws Error, its subject `path`: where there is no such folder; as root also for a symbolic
  // link on the way that is not root's.
  explicit OutputFolder(const std::string& path);

  [[nodiscard]] int descriptor() const { return fd_.get(); }
  [[nodiscard]] const std::string& name() const { return name_; }  // of the file in it

  // What is there now, a link itself and not its target; absent where nothing is. Throws Error, as
  // root, for what is not root's: but a plain file of the user whose folder it is may stand there.
  [[nodiscard]] std::optional<struct stat> existing() const;

  // Opens what existing() found, with the flags of open(2). Throws Error where it is another by
  // now. A symbolic link is followed: to root's own target, or as an ordinary user to any.
  [[nodiscard]] Fd open(int flags, const struct stat& found) const;

 private:
  std::string path_;
  std::string name_;
  Fd fd_;
};

}  // namespace netmon
