#include "bpf/events/open_events.h"

#include <errno.h>
#include <linux/bpf.h>
#include <plain_socket_events.lskel.h>
#include <socket_events.lskel.h>
#include <string.h>

#include "bpf/light_skeleton.h"

static int link_to(int cgroup, int program, enum bpf_attach_type type) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.link_create.prog_fd = (__u32)program;
  attr.link_create.target_fd = (__u32)cgroup;
  attr.link_create.attach_type = type;
  const int link = own(skel_sys_bpf(BPF_LINK_CREATE, &attr, sizeof attr.link_create));
  if (link < 0 || link > 2) return link;
  const int higher = kept(link);
  close(link);
  return higher;
}

static void close_each(int* descriptors, unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    if (descriptors[i] >= 0) close(descriptors[i]);
    descriptors[i] = -1;
  }
}

static void close_all(struct netmon_event_maps* maps, struct netmon_event_links* links) {
  close_each((int*)maps, sizeof *maps / sizeof(int));
  close_each((int*)links, sizeof *links / sizeof(int));
}

// The descriptors of the loaded programs and maps, of either kind; -1 for none.
struct loaded {
  int programs[NETMON_EVENT_PROGRAMS];
  int settings;
  struct netmon_event_maps maps;
};

// Defines a function that loads the programs of one kind. The skeletons of both kinds have the same
// members, except for the map of foreign files; `foreign_map` is its descriptor.
#define DEFINE_LOADER(kind, foreign_map)                                                       \
  static int load_##kind(const struct netmon_event_bounds* bounds, struct loaded* loaded) {    \
    struct netmon_##kind* skeleton = netmon_##kind##__open();                                  \
    if (!skeleton) return -ENOMEM;                                                             \
    skeleton->maps.identities.max_entries = bounds->identities;                                \
    skeleton->maps.processes.max_entries = bounds->processes;                                  \
    const int error = netmon_##kind##__load(skeleton);                                         \
    if (error == 0) {                                                                          \
      const int programs[NETMON_EVENT_PROGRAMS] = {                                            \
          skeleton->progs.see_sockops.prog_fd,  skeleton->progs.see_bind4.prog_fd,             \
          skeleton->progs.see_bind6.prog_fd,    skeleton->progs.see_bound4.prog_fd,            \
          skeleton->progs.see_bound6.prog_fd,   skeleton->progs.see_create.prog_fd,            \
          skeleton->progs.see_connect4.prog_fd, skeleton->progs.see_connect6.prog_fd,          \
          skeleton->progs.see_receive4.prog_fd, skeleton->progs.see_receive6.prog_fd,          \
          skeleton->progs.see_send4.prog_fd,    skeleton->progs.see_send6.prog_fd,             \
      };                                                                                       \
      for (int i = 0; i < NETMON_EVENT_PROGRAMS; ++i) loaded->programs[i] = kept(programs[i]); \
      loaded->settings = kept(skeleton->maps.settings.map_fd);                                 \
      loaded->maps.identities = kept(skeleton->maps.identities.map_fd);                        \
      loaded->maps.processes = kept(skeleton->maps.processes.map_fd);                          \
      loaded->maps.programs = kept(skeleton->maps.programs.map_fd);                            \
      loaded->maps.counts = kept(skeleton->maps.counts.map_fd);                                \
      loaded->maps.foreign = foreign_map;                                                      \
    }                                                                                          \
    netmon_##kind##__destroy(skeleton);                                                        \
    return error;                                                                              \
  }

DEFINE_LOADER(socket_events, kept(skeleton->maps.foreign.map_fd))
DEFINE_LOADER(plain_socket_events, -1)

// The hooks, in the order of the programs in `struct loaded`.
static const enum bpf_attach_type kHooks[NETMON_EVENT_PROGRAMS] = {
    BPF_CGROUP_SOCK_OPS,        BPF_CGROUP_INET4_BIND,      BPF_CGROUP_INET6_BIND,
    BPF_CGROUP_INET4_POST_BIND, BPF_CGROUP_INET6_POST_BIND, BPF_CGROUP_INET_SOCK_CREATE,
    BPF_CGROUP_INET4_CONNECT,   BPF_CGROUP_INET6_CONNECT,   BPF_CGROUP_UDP4_RECVMSG,
    BPF_CGROUP_UDP6_RECVMSG,    BPF_CGROUP_UDP4_SENDMSG,    BPF_CGROUP_UDP6_SENDMSG,
};

static int attach_loaded(int cgroup, const struct netmon_event_settings* settings,
                         const struct loaded* loaded, struct netmon_event_links* links) {
  const __u32 zero = 0;
  struct netmon_event_settings copy = *settings;
  const int error = own(skel_map_update_elem(loaded->settings, &zero, &copy, BPF_ANY));
  if (error < 0) return error;
  for (int i = 0; i < NETMON_EVENT_PROGRAMS; ++i) {
    links->programs[i] = link_to(cgroup, loaded->programs[i], kHooks[i]);
    if (links->programs[i] < 0) return links->programs[i];
  }
  return 0;
}

// The first negative number among the descriptors of the maps that are required; 0 where there is
// none.
static int missing_map(const struct netmon_event_maps* maps) {
  if (maps->identities < 0) return maps->identities;
  if (maps->processes < 0) return maps->processes;
  if (maps->programs < 0) return maps->programs;
  return maps->counts < 0 ? maps->counts : 0;
}

static int attach_once(int cgroup, const struct netmon_event_settings* settings,
                       const struct netmon_event_bounds* bounds, struct netmon_event_maps* maps,
                       struct netmon_event_links* links) {
  struct loaded loaded;
  memset(&loaded, -1, sizeof loaded);
  int error = load_socket_events(bounds, &loaded);
  if (error < 0 && error != -EAGAIN) error = load_plain_socket_events(bounds, &loaded);
  *maps = loaded.maps;
  if (error == 0) error = missing_map(maps);
  if (error == 0) error = attach_loaded(cgroup, settings, &loaded, links);
  close_each(loaded.programs, NETMON_EVENT_PROGRAMS);
  close_each(&loaded.settings, 1);
  if (error < 0) close_all(maps, links);
  return error;
}

int netmon_attach_events(int cgroup, const struct netmon_event_settings* settings,
                         const struct netmon_event_bounds* bounds, struct netmon_event_maps* maps,
                         struct netmon_event_links* links) {
  memset(maps, -1, sizeof *maps);
  memset(links, -1, sizeof *links);
  const int zero = occupy_zero();
  int error = -EAGAIN;
  for (int attempt = 0; error == -EAGAIN && attempt < ATTEMPTS; ++attempt) {
    error = attach_once(cgroup, settings, bounds, maps, links);
  }
  release_zero(zero);
  return error;
}

// Calls bpf(2) with a map and a key. `found` receives a value or the next key, which share one
// member of the union.
static int at_key(enum bpf_cmd command, int map, const void* key, void* found) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.map_fd = (__u32)map;
  attr.key = (__u64)(unsigned long)key;
  attr.value = (__u64)(unsigned long)found;
  return own(skel_sys_bpf(command, &attr, sizeof attr));
}

int netmon_next_key(int map, const void* key, void* next) {
  return at_key(BPF_MAP_GET_NEXT_KEY, map, key, next);
}

int netmon_look_up(int map, const void* key, void* value) {
  return at_key(BPF_MAP_LOOKUP_ELEM, map, key, value);
}

int netmon_remove(int map, const void* key) { return at_key(BPF_MAP_DELETE_ELEM, map, key, 0); }
