// Where a file that a user named is written. Another user could make root write elsewhere, with a
// symbolic link, a pipe or a hard link in his own folder or in /tmp. So root writes only to new
// files, to files that belong to root, and to plain files of the folder's owner.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>

#include "netmon/posix/fd.h"

namespace netmon {

// The folder of the file `path`, held open, so what is done through descriptor() cannot be
// redirected afterwards.
class OutputFolder {
 public:
  // Throws Error with the subject `path` where there is no such folder; for root also where a
  // symbolic link on the way does not belong to root.
  explicit OutputFolder(const std::string& path);

  [[nodiscard]] int descriptor() const { return fd_.get(); }
  [[nodiscard]] const std::string& name() const { return name_; }  // name of the file in the folder

  // What is there now (a symbolic link itself, not its target); absent where nothing is. For root,
  // in a folder that others can write to, it throws Error for what does not belong to root unless
  // it is a plain file of the folder's owner, for a file with more than one name, and for a
  // symbolic link that others could replace.
  [[nodiscard]] std::optional<struct stat> existing() const;

  // Opens what existing() found, with the flags of open(2). A symbolic link is followed: existing()
  // has refused any that root must not follow. Throws Error where root finds another file than
  // existing() found.
  [[nodiscard]] Fd open(int flags, const struct stat& found) const;

 private:
  std::string path_;
  std::string name_;
  Fd fd_;
};

}  // namespace netmon
