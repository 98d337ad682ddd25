#pragma once
// What the Glibc module of Swift lacks: epoll, eventfd, accept4 and malloc_trim.
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

// Declared only under _GNU_SOURCE, which would change types that Swift's own module has seen without it.
extern int accept4(int, struct sockaddr *, socklen_t *, int);

/// accept4 with O_NONBLOCK and O_CLOEXEC.
static inline int linux_accept(int listener, struct sockaddr *address, socklen_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/// A non-blocking IPv4 or IPv6 stream socket, closed on exec.
static inline int linux_stream_socket(int family) {
    return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/// A non-blocking event counter, closed on exec.
static inline int linux_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

/// An epoll instance, closed on exec.
static inline int linux_epoll(void) { return epoll_create1(EPOLL_CLOEXEC); }

/// Gives the pages of free memory back to the system, those between memory in use, too.
static inline void linux_release_free_memory(void) { malloc_trim(0); }
