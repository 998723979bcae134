#include "bpf/events/open_events.h"

#include <errno.h>
#include <linux/bpf.h>
#include <process_codes.lskel.h>
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

static int keep_maps(const struct netmon_socket_events* skeleton, struct netmon_event_maps* maps) {
  maps->identities = kept(skeleton->maps.identities.map_fd);
  maps->processes = kept(skeleton->maps.processes.map_fd);
  maps->programs = kept(skeleton->maps.programs.map_fd);
  maps->counts = kept(skeleton->maps.counts.map_fd);
  if (maps->identities < 0) return maps->identities;
  if (maps->processes < 0) return maps->processes;
  if (maps->programs < 0) return maps->programs;
  return maps->counts < 0 ? maps->counts : 0;
}

struct wanted_link {
  int program;
  enum bpf_attach_type type;
};

static int attach_each(int cgroup, const struct wanted_link* wanted, unsigned count, int* links) {
  for (unsigned i = 0; i < count; ++i) {
    links[i] = link_to(cgroup, wanted[i].program, wanted[i].type);
    if (links[i] < 0) return links[i];
  }
  return 0;
}

static int attach_all(const struct netmon_socket_events* skeleton, int cgroup,
                      struct netmon_event_links* links) {
  const struct wanted_link wanted[NETMON_EVENT_PROGRAMS] = {
      {skeleton->progs.see_sockops.prog_fd, BPF_CGROUP_SOCK_OPS},
      {skeleton->progs.see_bind4.prog_fd, BPF_CGROUP_INET4_BIND},
      {skeleton->progs.see_bind6.prog_fd, BPF_CGROUP_INET6_BIND},
      {skeleton->progs.see_bound4.prog_fd, BPF_CGROUP_INET4_POST_BIND},
      {skeleton->progs.see_bound6.prog_fd, BPF_CGROUP_INET6_POST_BIND},
      {skeleton->progs.see_create.prog_fd, BPF_CGROUP_INET_SOCK_CREATE},
      {skeleton->progs.see_connect4.prog_fd, BPF_CGROUP_INET4_CONNECT},
      {skeleton->progs.see_connect6.prog_fd, BPF_CGROUP_INET6_CONNECT},
      {skeleton->progs.see_receive4.prog_fd, BPF_CGROUP_UDP4_RECVMSG},
      {skeleton->progs.see_receive6.prog_fd, BPF_CGROUP_UDP6_RECVMSG},
      {skeleton->progs.see_send4.prog_fd, BPF_CGROUP_UDP4_SENDMSG},
      {skeleton->progs.see_send6.prog_fd, BPF_CGROUP_UDP6_SENDMSG},
  };
  return attach_each(cgroup, wanted, NETMON_EVENT_PROGRAMS, links->programs);
}

static int attach_codes(const struct netmon_process_codes* skeleton, int cgroup,
                        struct netmon_event_links* links) {
  const struct wanted_link wanted[NETMON_CODE_PROGRAMS] = {
      {skeleton->progs.code_sockops.prog_fd, BPF_CGROUP_SOCK_OPS},
      {skeleton->progs.code_bound4.prog_fd, BPF_CGROUP_INET4_POST_BIND},
      {skeleton->progs.code_bound6.prog_fd, BPF_CGROUP_INET6_POST_BIND},
      {skeleton->progs.code_create.prog_fd, BPF_CGROUP_INET_SOCK_CREATE},
      {skeleton->progs.code_connect4.prog_fd, BPF_CGROUP_INET4_CONNECT},
      {skeleton->progs.code_connect6.prog_fd, BPF_CGROUP_INET6_CONNECT},
      {skeleton->progs.code_send4.prog_fd, BPF_CGROUP_UDP4_SENDMSG},
      {skeleton->progs.code_send6.prog_fd, BPF_CGROUP_UDP6_SENDMSG},
  };
  return attach_each(cgroup, wanted, NETMON_CODE_PROGRAMS, links->codes);
}

// Without it the code of processes that have ended is not known.
static int attach_codes_once(int cgroup, struct netmon_event_maps* maps,
                             struct netmon_event_links* links) {
  struct netmon_process_codes* skeleton = netmon_process_codes__open();
  if (!skeleton) return -ENOMEM;
  int error = netmon_process_codes__load(skeleton);
  if (error == 0) error = maps->codes = kept(skeleton->maps.codes.map_fd);
  if (error >= 0) error = maps->foreign = kept(skeleton->maps.foreign.map_fd);
  if (error >= 0) error = attach_codes(skeleton, cgroup, links);
  netmon_process_codes__destroy(skeleton);
  if (error >= 0) return 0;
  close_each(&maps->codes, 1);
  close_each(&maps->foreign, 1);
  close_each(links->codes, NETMON_CODE_PROGRAMS);
  return error;
}

static int attach_once(int cgroup, const struct netmon_event_settings* settings,
                       const struct netmon_event_bounds* bounds, struct netmon_event_maps* maps,
                       struct netmon_event_links* links) {
  struct netmon_socket_events* skeleton = netmon_socket_events__open();
  if (!skeleton) return -ENOMEM;
  skeleton->maps.identities.max_entries = bounds->identities;
  skeleton->maps.processes.max_entries = bounds->processes;
  int error = netmon_socket_events__load(skeleton);
  const __u32 zero = 0;
  struct netmon_event_settings copy = *settings;
  if (error == 0) {
    error = own(skel_map_update_elem(skeleton->maps.settings.map_fd, &zero, &copy, BPF_ANY));
  }
  if (error == 0) error = keep_maps(skeleton, maps);
  if (error == 0) error = attach_all(skeleton, cgroup, links);
  netmon_socket_events__destroy(skeleton);
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
  int codes_error = error == 0 ? -EAGAIN : 0;
  for (int attempt = 0; codes_error == -EAGAIN && attempt < ATTEMPTS; ++attempt) {
    codes_error = attach_codes_once(cgroup, maps, links);
  }
  release_zero(zero);
  return error;
}

// What bpf(2) does with a map at a key. The place for a value is the place for a next key, too:
// they are one member of the union.
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
