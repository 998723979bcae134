/* A user directory for tests: a module of the name service switch, nss(5). It knows one user, and
 * never answers a query for another one. */
#include <errno.h>
#include <nss.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

enum { kKnown = 4001, kSilent = 4002 };

enum nss_status _nss_netmontest_getpwuid_r(uid_t uid, struct passwd* entry, char* buffer,
                                           size_t size, int* error);

enum nss_status _nss_netmontest_getpwuid_r(uid_t uid, struct passwd* entry, char* buffer,
                                           size_t size, int* error) {
  static const char kName[] = "ldap\033user";
  while (uid == kSilent) pause();
  if (uid != kKnown) return NSS_STATUS_NOTFOUND;
  if (size < sizeof kName) {
    *error = ERANGE;
    return NSS_STATUS_TRYAGAIN;
  }
  memcpy(buffer, kName, sizeof kName);
  memset(entry, 0, sizeof *entry);
  entry->pw_name = buffer;
  entry->pw_uid = uid;
  entry->pw_passwd = entry->pw_gecos = entry->pw_dir = entry->pw_shell = buffer + sizeof kName - 1;
  return NSS_STATUS_SUCCESS;
}
