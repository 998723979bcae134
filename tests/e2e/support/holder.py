"""Holds sockets for a scenario.

Reads statements from standard input, one on each line, and answers each with one line of JSON: what
the statement made ({"fd": 3, "inode": 4711, "address": "127.0.0.1", "port": 8080}) or {"error": "…"}.
An answer means that the sockets are in place, so no test has to wait. Ends with standard input.

  bind PROTOCOL ADDRESS:PORT [OPTION...]      tcp, udp or udplite
  listen ADDRESS:PORT [OPTION...]             tcp
  connect PROTOCOL ADDRESS:PORT [OPTION...]
    options: reuseport, v6only=0|1, device=NAME, backlog=N, from=ADDRESS:PORT
  accept FD            takes one connection from the listener FD
  fill FD              sends until the peer accepts no more
  close FD
  raw [v6] NUMBER      SOCK_RAW of an IP protocol number
  packet ETHERTYPE     AF_PACKET, the number in hexadecimal
  ping ADDRESS         an ICMP datagram socket
  vsock PORT           an AF_VSOCK listener, of any context
  xdp                  an AF_XDP socket
  sctp ADDRESS:PORT    a listener of SCTP
  join GROUP ADDRESS   a UDP socket in an IPv4 multicast group, on the interface with the address
  syn FROM:PORT TO:PORT   one TCP SYN with the source address FROM
  fork N               makes N workers that share every socket
  thread STATEMENT     executes STATEMENT in a thread with a descriptor table of its own
  name TEXT            sets the process's comm; backslash escapes are interpreted
  user NAME            becomes this user and gives up root for good
  up INTERFACE         sets the interface up
  begin ADDRESS:PORT   a TCP connection, without waiting for the handshake
  unbound PROTOCOL     a socket without an address: tcp, tcp6, udp, udp6 or icmp
  ring FD              registers FD with an io_uring and closes it
  post FD              sends FD over a unix socket that nobody reads, and closes it
  netns STATEMENT      executes STATEMENT in a new network namespace, which then has no process
  netnses N PORT       makes N such namespaces, each with a listener on loopback
  hold PATH            keeps a file open
  take PID FD          takes a copy of another process's socket
  leave                ends the main thread of the process; another thread goes on
"""

import ctypes
import errno
import fcntl
import ipaddress
import json
import os
import pwd
import signal
import socket
import struct
import sys
import threading

CLONE_FILES = 0x400
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NAME = 1, 4, 15
IPPROTO_UDPLITE = 136
AF_XDP = 44
SO_BINDTODEVICE = 25
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
CLONE_NEWNET = 0x40000000
SYS_IO_URING_SETUP, SYS_IO_URING_REGISTER = 425, 427
SYS_PIDFD_GETFD = 438
IORING_REGISTER_FILES = 2
SYS_EXIT = 60
ANSWER_SECONDS = 10

libc = ctypes.CDLL(None, use_errno=True)
sockets = {}  # by descriptor
elsewhere = []  # sockets of other descriptor tables, where the numbers differ
workers = []
kept = []  # descriptors that are no sockets


def endpoint(text):
    host, _, port = text.rpartition(":")
    found = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM,
                               flags=socket.AI_NUMERICHOST)
    family, _, _, _, address = found[0]
    return family, address


def keep(sock):
    sockets[sock.fileno()] = sock
    made = {"fd": sock.fileno(), "inode": os.fstat(sock.fileno()).st_ino}
    if sock.family in (socket.AF_INET, socket.AF_INET6):
        made["address"], made["port"] = sock.getsockname()[:2]
    return made


def open_socket(protocol, family, options):
    kind = {"tcp": (socket.SOCK_STREAM, 0), "udp": (socket.SOCK_DGRAM, 0),
            "udplite": (socket.SOCK_DGRAM, IPPROTO_UDPLITE)}[protocol]
    sock = socket.socket(family, *kind)
    if protocol == "tcp":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    for option in options:
        name, _, value = option.partition("=")
        if name == "reuseport":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        elif name == "v6only":
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(value))
        elif name == "device":
            sock.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, value.encode())
        elif name == "from":
            sock.bind(endpoint(value)[1])
        elif name != "backlog":
            raise ValueError(f"unknown option {option}")
    return sock


def bind(protocol, where, *options):
    family, address = endpoint(where)
    sock = open_socket(protocol, family, options)
    sock.bind(address)
    return keep(sock)


def listen(where, *options):
    made = bind("tcp", where, *options)
    backlog = [int(option[8:]) for option in options if option.startswith("backlog=")]
    sockets[made["fd"]].listen(*(backlog or [16]))
    return made


def connect(protocol, where, *options):
    family, address = endpoint(where)
    sock = open_socket(protocol, family, options)
    sock.settimeout(ANSWER_SECONDS)
    sock.connect(address)
    return keep(sock)


def accept(fd):
    listener = sockets[int(fd)]
    listener.settimeout(ANSWER_SECONDS)
    return keep(listener.accept()[0])


def fill(fd):
    sock = sockets[int(fd)]
    sock.setblocking(False)
    sent = 0
    try:
        while True:
            sent += sock.send(b"." * 65536)
    except BlockingIOError:
        return {"sent": sent}


def close(fd):
    sockets.pop(int(fd)).close()
    return {}


def raw(*words):
    family = socket.AF_INET6 if words[0] == "v6" else socket.AF_INET
    return keep(socket.socket(family, socket.SOCK_RAW, int(words[-1])))


def packet(ethertype):
    return keep(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(int(ethertype, 16))))


def allow_ping():
    with open("/proc/sys/net/ipv4/ping_group_range", "w", encoding="ascii") as allowed:
        allowed.write("0 0")


def vsock(port):
    sock = socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
    sock.bind((socket.VMADDR_CID_ANY, int(port)))
    sock.listen(1)
    return keep(sock)


def xdp():
    return keep(socket.socket(AF_XDP, socket.SOCK_RAW))


def sctp(where):
    family, address = endpoint(where)
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_SCTP)
    sock.bind(address)
    sock.listen(1)
    return keep(sock)


def join(group, address):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                    socket.inet_aton(group) + socket.inet_aton(address))
    return keep(sock)


def ping(address):
    allow_ping()
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
    sock.bind((address, 0))
    return keep(sock)


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def syn(source, target):
    (source_host, source_port), (host, port) = endpoint(source)[1], endpoint(target)[1]
    addresses = ipaddress.ip_address(source_host).packed + ipaddress.ip_address(host).packed
    pseudo = addresses + struct.pack("!BBH", 0, socket.IPPROTO_TCP, 20)
    fields = [source_port, port, 1, 0, 5 << 4, 0x02, 64240, 0, 0]
    fields[7] = checksum(pseudo + struct.pack("!HHIIBBHHH", *fields))
    ip_header = struct.pack("!BBHHHBBH", 0x45, 0, 40, 1, 0, 64, socket.IPPROTO_TCP, 0) + addresses
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as sender:
        sender.sendto(ip_header + struct.pack("!HHIIBBHHH", *fields), (host, 0))
    return {}


def fork(count):
    parent = os.getpid()
    for _ in range(int(count)):
        pid = os.fork()
        if pid == 0:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() == parent:
                signal.pause()
            os._exit(0)
        workers.append(pid)
    return {"workers": workers}


def thread(*words):
    done = threading.Event()
    answer = {}

    def live():
        if libc.unshare(CLONE_FILES) != 0:
            answer["error"] = os.strerror(ctypes.get_errno())
        else:
            answer.update(run(words), thread=threading.get_native_id())
        elsewhere.append(sockets.pop(answer.get("fd"), None))
        done.set()
        threading.Event().wait()

    threading.Thread(target=live, daemon=True).start()
    done.wait()
    return answer


def name(*words):
    comm = " ".join(words).encode().decode("unicode_escape").encode("latin-1")
    libc.prctl(PR_SET_NAME, ctypes.c_char_p(comm))
    return {}


def user(login):
    account = pwd.getpwnam(login)
    os.setgroups([])
    os.setresgid(account.pw_gid, account.pw_gid, account.pw_gid)
    os.setresuid(account.pw_uid, account.pw_uid, account.pw_uid)
    libc.prctl(PR_SET_DUMPABLE, 1)  # as after exec; otherwise its /proc files belong to root
    return {}


def up(interface):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = fcntl.ioctl(control, SIOCGIFFLAGS, struct.pack("16sh14x", interface.encode(), 0))
        flags = struct.unpack_from("h", request, 16)[0]
        fcntl.ioctl(control, SIOCSIFFLAGS,
                    struct.pack("16sh14x", interface.encode(), flags | IFF_UP))
    return {}


def begin(where):
    family, address = endpoint(where)
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setblocking(False)
    if sock.connect_ex(address) != errno.EINPROGRESS:
        raise ValueError(f"{where} answered at once")
    return keep(sock)


def unbound(protocol):
    if protocol == "icmp":
        allow_ping()
    family = socket.AF_INET6 if protocol.endswith("6") else socket.AF_INET
    kind = {"tcp": (socket.SOCK_STREAM, 0), "udp": (socket.SOCK_DGRAM, 0),
            "icmp": (socket.SOCK_DGRAM, socket.IPPROTO_ICMP)}[protocol.removesuffix("6")]
    sock = socket.socket(family, *kind)
    sockets[sock.fileno()] = sock
    return {"fd": sock.fileno(), "inode": os.fstat(sock.fileno()).st_ino}


def ring(fd):
    parameters = ctypes.create_string_buffer(120)  # struct io_uring_params
    made = libc.syscall(SYS_IO_URING_SETUP, 1, parameters)
    if made < 0:
        raise OSError(ctypes.get_errno(), "io_uring_setup")
    files = (ctypes.c_int * 1)(int(fd))
    if libc.syscall(SYS_IO_URING_REGISTER, made, IORING_REGISTER_FILES, files, 1) != 0:
        raise OSError(ctypes.get_errno(), "io_uring_register")
    close(fd)
    kept.append(made)
    return {"ring": made}


def post(fd):
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    socket.send_fds(ours, [b"."], [int(fd)])
    close(fd)
    kept.extend([ours, theirs])
    return {}


def netns(*words):
    answer = {}

    def live():
        if libc.unshare(CLONE_NEWNET) != 0:
            answer["error"] = os.strerror(ctypes.get_errno())
            return
        up("lo")
        answer.update(run(words), netns=os.stat("/proc/thread-self/ns/net").st_ino)

    thread_inside = threading.Thread(target=live)
    thread_inside.start()
    thread_inside.join()
    return answer


def netnses(count, port):
    made = [netns("listen", f"127.0.0.1:{port}") for _ in range(int(count))]
    failed = [answer for answer in made if "error" in answer]
    return failed[0] if failed else {"netnses": [answer["netns"] for answer in made]}


def hold(path):
    kept.append(os.open(path, os.O_RDONLY))
    return {"fd": kept[-1]}


def take(pid, fd):
    process = os.pidfd_open(int(pid))
    taken = libc.syscall(SYS_PIDFD_GETFD, process, int(fd), 0)
    os.close(process)
    if taken < 0:
        raise OSError(ctypes.get_errno(), "pidfd_getfd")
    return keep(socket.socket(fileno=taken))


STATEMENTS = {statement.__name__: statement for statement in (
    bind, listen, connect, accept, fill, close, raw, packet, ping, vsock, xdp, sctp, join, syn, fork,
    thread, name, user, up, begin, unbound, ring, post, netns, netnses, hold, take)}


def run(words):
    try:
        return STATEMENTS[words[0]](*words[1:])
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        return {"error": f"{' '.join(words)}: {type(error).__name__}: {error}"}


def serve():
    for line in sys.stdin:
        if line.split() == ["leave"]:
            threading.Thread(target=go_on, daemon=True).start()
            libc.syscall(SYS_EXIT, 0)  # ends only this thread, without Python's knowledge
        print(json.dumps(run(line.split())), flush=True)


def go_on():
    leader = f"/proc/self/task/{os.getpid()}/stat"
    while True:  # until the kernel has ended the main thread
        with open(leader, encoding="latin-1") as stat:
            if stat.read().rpartition(")")[2].split()[0] == "Z":
                break
    print("{}", flush=True)
    main()


def main():
    serve()
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)
    os._exit(0)  # a thread that holds sockets waits forever


if __name__ == "__main__":
    main()
