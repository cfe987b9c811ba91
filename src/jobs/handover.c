// SPDX-License-Identifier: MIT
#include "jobs/handover.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Room for the descriptors of one message, aligned as its head. */
typedef union control {
    struct cmsghdr align;
    char room[CMSG_SPACE(SNQ_HANDOVER_MAX * sizeof(int))];
} control;

ssize_t snq_handover_send(int socket, const void *bytes, size_t n, const int *fds, uint32_t count)
{
    control beside = { .room = { 0 } };
    struct iovec part = { (void *)bytes, n };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
    if (count > SNQ_HANDOVER_MAX) {
        errno = EINVAL;
        return -1;
    }
    if (count) {
        message.msg_control = beside.room;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(c), fds, count * sizeof(int));
    }
    ssize_t sent;
    do
        sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent;
}

static void take(const struct cmsghdr *c, int *fds, uint32_t room, uint32_t *count)
{
    const size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < n; i++) {
        int fd;
        memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
        if (*count < room)
            fds[(*count)++] = fd;
        else
            close(fd);
    }
}

ssize_t snq_handover_receive(int socket, void *bytes, size_t n, int *fds, uint32_t room,
                             uint32_t *count)
{
    control beside;
    struct iovec part = { bytes, n };
    struct msghdr message = { .msg_iov = &part,
                              .msg_iovlen = 1,
                              .msg_control = beside.room,
                              .msg_controllen = sizeof beside.room };
    ssize_t got;
    do
        got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return got;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
            take(c, fds, room, count);
    return got;
}
