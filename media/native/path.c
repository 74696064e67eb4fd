/* The path of most packets, beside the same path in Python (socket.py → transport.py → uplink.py →
 * layer.py → subscription.py).
 *
 * It takes only what every packet of a stream in good order needs: RTP from a known address under
 * a known SSRC, the next of its row, no padding, well-formed. Anything else is left to Python, in
 * the order of arrival and untouched (or only decrypted): strangers, STUN, DTLS, RTCP, gaps,
 * reordered and repeated packets, probes, muted sources. What it leaves, it has not counted, so
 * that Python sees a packet exactly as it would without this file. Once a packet is left, so are
 * those of the same publication that came with it: the order of its layers is never changed.
 *
 * tests/media/native/test_same.py holds both paths to the same output. Measured choices are told
 * where they are made; benchmarks/README.md has the table.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include "path.h"

/* Of the sources it was built from: a stale build would read other fields than Python writes. */
const char path_digest[] = PATH_DIGEST;

enum {
    FIXED_BYTES = 12,
    LARGEST_TRAILER = 148, /* what protecting may add: media/relay/seam.py */
    LARGEST_PACKET = LARGEST_DATAGRAM - LARGEST_TRAILER,
    RECORD_HEAD = 11,    /* media/tape/format.py: kind, length, microseconds */
    RECORD_PACKET = 1,
    ONE_BYTE = 0xBEDE,
    TWO_BYTE = 0x1000,
    SPEECH = 77, /* media/rtp/speaker.py */
    /* A picture's begin waits so long for its end. Lower than the scatter of a browser's burst (it is
     * sent within 1 ms): more messages. Higher: a lost end delays what came before it. */
    HELD_MS = 1,
    MOST_SEGMENTS = 16, /* 32 of 2,048 bytes would be more than a message may have */
};

/* What tells the kernel where to cut a message into datagrams: UDP_SEGMENT, udp(7). */
union segment_size {
    struct cmsghdr header;
    uint8_t bytes[CMSG_SPACE(sizeof(uint16_t))];
};

/* Arrays that the kernel reads. One recvmmsg and one sendmmsg serve a whole batch; of the time a
 * packet to three receivers took, a tenth was spent in getting in and out of the kernel. */
struct scratch {
    struct mmsghdr in[BATCH];
    struct iovec in_vectors[BATCH];
    struct mmsghdr out[BATCH];
    struct iovec out_vectors[BATCH][MOST_SEGMENTS];
    union segment_size out_sizes[BATCH];
    struct peer *out_peers[BATCH];
    uint32_t last_read;
    uint32_t out_count;    /* datagrams */
    uint32_t out_messages; /* of one or more datagrams to one receiver */
    uint64_t flushes;
    uint8_t unfinished; /* the last picture forwarded: more of it is on its way */
    uint8_t out_bytes[BATCH][LARGEST_DATAGRAM];
    struct epoll_event events[MOST_READY];
};

static uint16_t read16(const uint8_t *at) { return (uint16_t)(at[0] << 8 | at[1]); }

static uint32_t read32(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void write16(uint8_t *at, uint16_t value) {
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void write32(uint8_t *at, uint32_t value) {
    write16(at, (uint16_t)(value >> 16));
    write16(at + 2, (uint16_t)value);
}

/* ---- Who is who --------------------------------------------------------------------------- */

static struct known *place(struct path *path, const uint8_t *address, uint32_t length) {
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (uint32_t i = 0; i < length; i++)
        hash = (hash ^ address[i]) * 16777619u;
    for (uint32_t probe = 0; probe < MOST_ADDRESSES_KNOWN; probe++) {
        struct known *known = &path->known[(hash + probe) % MOST_ADDRESSES_KNOWN];
        if (!known->peer || (known->address_length == length &&
                             memcmp(known->address, address, length) == 0))
            return known;
    }
    return NULL;
}

static struct peer *who(struct path *path, const uint8_t *address, uint32_t length) {
    struct known *known = place(path, address, length);
    return known ? known->peer : NULL;
}

/* 0 if the table is too full to be quick: the address is then served by Python alone. */
int path_know(struct path *path, const uint8_t *address, uint32_t length, struct peer *peer) {
    struct known *known = place(path, address, length);
    if (!known || length > ADDRESS_BYTES || path->known_count >= MOST_ADDRESSES_KNOWN / 2)
        return 0;
    if (!known->peer)
        path->known_count++;
    memcpy(known->address, address, length);
    known->address_length = length;
    known->peer = peer;
    return 1;
}

void path_forget_all(struct path *path) {
    memset(path->known, 0, sizeof path->known);
    path->known_count = 0;
}

struct path *path_open(int fd, uintptr_t protect, uintptr_t unprotect) {
    struct path *path = calloc(1, sizeof *path);
    struct scratch *scratch = calloc(1, sizeof *scratch);
    if (!path || !scratch) {
        free(path);
        free(scratch);
        return NULL;
    }
    path->fd = fd;
    path->protect = (int (*)(void *, void *, int *))protect;
    path->unprotect = (int (*)(void *, void *, int *))unprotect;
    path->scratch = scratch;
    for (int i = 0; i < BATCH; i++) {
        scratch->in_vectors[i] = (struct iovec){path->inbound[i], LARGEST_DATAGRAM};
        scratch->in[i].msg_hdr.msg_iov = &scratch->in_vectors[i];
        scratch->in[i].msg_hdr.msg_iovlen = 1;
        scratch->in[i].msg_hdr.msg_name = path->senders[i];
        scratch->out[i].msg_hdr.msg_iov = scratch->out_vectors[i];
        struct cmsghdr *size = &scratch->out_sizes[i].header;
        *size = (struct cmsghdr){CMSG_LEN(sizeof(uint16_t)), SOL_UDP, UDP_SEGMENT};
    }
    scratch->last_read = BATCH;
    scratch->flushes = 1; /* a new peer's is 0 */
    return path;
}

void path_close(struct path *path) {
    if (path)
        free(path->scratch);
    free(path);
}

/* ---- Header extensions: RFC 8285 ---------------------------------------------------------- */

/* What is read of them on the way; -1: not there. */
struct carried {
    int level;
    int numbered; /* the first element with a transport-wide number is the one that counts */
    int sequence;
    int sequence_at; /* 0: it is not there any more */
};

/* One walk over the elements; `write` says whether ids are changed or only looked at, so that a
 * malformed packet is found before anything of it has changed. */
static int translate(struct source *source, uint8_t *packet, int length, int write,
                     struct carried *carried) {
    int at = FIXED_BYTES + 4 * (packet[0] & 0x0F);
    if (!(packet[0] & 0x10))
        return at <= length;
    if (at + 4 > length)
        return 0;
    int profile = read16(packet + at);
    int end = at + 4 + 4 * read16(packet + at + 2);
    at += 4;
    if (end > length)
        return 0;
    int one_byte = profile == ONE_BYTE;
    if (!one_byte && (profile & 0xFFF0) != TWO_BYTE) {
        if (write)
            memset(packet + at, 0, (size_t)(end - at));
        return 1;
    }
    while (at < end) {
        if (packet[at] == 0) {
            at++;
            continue;
        }
        int identifier, value, past;
        if (one_byte) {
            identifier = packet[at] >> 4;
            value = at + 1;
            past = identifier == 15 ? end : value + (packet[at] & 0x0F) + 1;
        } else {
            if (at + 2 > end)
                return 0;
            identifier = packet[at];
            value = at + 2;
            past = value + packet[at + 1];
        }
        if (past > end)
            return 0;
        if (source->level_id && identifier == source->level_id && value < past)
            carried->level = packet[value];
        if (write) {
            int id = source->table[identifier];
            if (source->sequence_id && identifier == source->sequence_id && !carried->numbered) {
                carried->numbered = 1;
                if (value + 2 <= past) {
                    carried->sequence = read16(packet + value);
                    carried->sequence_at = id == 0 || (one_byte && id > 14) ? 0 : value;
                }
            }
            if (id == 0 || (one_byte && id > 14))
                memset(packet + at, 0, (size_t)(past - at));
            else
                packet[at] = (uint8_t)(one_byte ? id << 4 | (packet[at] & 0x0F) : id);
        }
        at = past;
    }
    return 1;
}

/* ---- Out ---------------------------------------------------------------------------------- */

/* Puts the datagram in the next place of `out_bytes` in line. The packets of one picture come
 * together, so that a receiver has several of one size; given to the kernel as one message, which it
 * cuts up itself, they cross its network stack once: two cost 0.7, three or more 0.6 of what they
 * cost one by one. Only the last segment of a message may be shorter. What one receiver gets stays
 * in order. */
static void queue(struct path *path, struct peer *peer, int length) {
    struct scratch *scratch = path->scratch;
    struct iovec datagram = {scratch->out_bytes[scratch->out_count], (size_t)length};
    scratch->out_count++;
    if (peer->message_of == scratch->flushes && !peer->apart) {
        struct msghdr *last = &scratch->out[peer->message].msg_hdr;
        size_t size = last->msg_iov[0].iov_len;
        if (last->msg_iovlen < MOST_SEGMENTS && datagram.iov_len <= size &&
            last->msg_iov[last->msg_iovlen - 1].iov_len == size) {
            last->msg_iov[last->msg_iovlen++] = datagram;
            return;
        }
    }
    peer->message_of = scratch->flushes;
    peer->message = scratch->out_messages++;
    scratch->out_peers[peer->message] = peer;
    struct msghdr *message = &scratch->out[peer->message].msg_hdr;
    message->msg_iov[0] = datagram;
    message->msg_iovlen = 1;
    message->msg_name = peer->address;
    message->msg_namelen = peer->address_length;
}

/* One by one. A datagram that the kernel refuses is lost, as UDP may; the rest goes on. */
static void send_apart(struct path *path, const struct msghdr *message) {
    for (size_t i = 0; i < message->msg_iovlen; i++) {
        struct msghdr one = {.msg_name = message->msg_name,
                             .msg_namelen = message->msg_namelen,
                             .msg_iov = &message->msg_iov[i],
                             .msg_iovlen = 1};
        ssize_t done;
        do {
            done = sendmsg(path->fd, &one, MSG_DONTWAIT);
        } while (done < 0 && errno == EINTR);
        path->not_sent += done < 0;
    }
}

/* Hands over what is waiting. An older kernel, a network card without checksums or a path for small
 * packets only may refuse what is to be cut up: to that receiver nothing is from then on. */
static void flush(struct path *path) {
    struct scratch *scratch = path->scratch;
    for (uint32_t i = 0; i < scratch->out_messages; i++) {
        struct msghdr *message = &scratch->out[i].msg_hdr;
        int cut = message->msg_iovlen > 1;
        if (cut)
            *(uint16_t *)CMSG_DATA(&scratch->out_sizes[i].header) =
                (uint16_t)message->msg_iov[0].iov_len;
        message->msg_control = cut ? scratch->out_sizes[i].bytes : NULL;
        message->msg_controllen = cut ? sizeof scratch->out_sizes[i].bytes : 0;
    }
    uint32_t sent = 0;
    while (sent < scratch->out_messages) {
        struct mmsghdr *next = scratch->out + sent;
        int done = sendmmsg(path->fd, next, scratch->out_messages - sent, MSG_DONTWAIT);
        if (done > 0) {
            sent += (uint32_t)done;
        } else if (errno != EINTR) {
            if (next->msg_hdr.msg_iovlen > 1) {
                scratch->out_peers[sent]->apart =
                    errno == EINVAL || errno == EIO || errno == EMSGSIZE;
                send_apart(path, &next->msg_hdr);
            } else {
                path->not_sent++;
            }
            sent++;
        }
    }
    scratch->out_count = scratch->out_messages = 0;
    scratch->flushes++;
}

/* Gives the element whose value lies at `value_at` another id, 1 to 14. */
static void rename_element(uint8_t *packet, int value_at, uint8_t identifier) {
    if (read16(packet + FIXED_BYTES + 4 * (packet[0] & 0x0F)) == ONE_BYTE)
        packet[value_at - 1] = (uint8_t)(identifier << 4 | (packet[value_at - 1] & 0x0F));
    else
        packet[value_at - 2] = identifier;
}

/* Where what is rewritten for each receiver lies in a packet; 0: it is not there. */
struct places {
    int sequence; /* the transport-wide number */
    int layered;  /* the next three were looked for */
    int picture, wide, tl0;
};

static int picture_of(const uint8_t *packet, const struct places *places) {
    const uint8_t *at = packet + places->picture;
    return !places->picture ? 0 : places->wide ? read16(at) & 0x7FFF : *at & 0x7F;
}

static void renumber(uint8_t *out, const struct places *places, const struct row *row) {
    if (places->picture && places->wide)
        write16(out + places->picture, 0x8000 | row->last_picture);
    else if (places->picture)
        out[places->picture] = row->last_picture & 0x7F;
    if (places->tl0)
        out[places->tl0] = row->last_tl0;
}

static void send_to(struct path *path, struct outlet *outlet, const uint8_t *packet, int length,
                    int64_t extended, const struct places *places, double now) {
    struct row *row = outlet->row;
    struct peer *peer = outlet->peer;
    if (row->restart) {
        row->restart = 0;
        row->first = extended;
        row->offset = row->next - extended;
    }
    int64_t number = extended + row->offset;
    row->next = number + 1;
    row->started = 1;
    row->last_timestamp = read32(packet + 4) + row->timestamp_offset;
    if (places->layered) {
        row->last_picture = (uint16_t)((picture_of(packet, places) + row->picture_offset) & 0x7FFF);
        row->last_tl0 = (uint8_t)((places->tl0 ? packet[places->tl0] : 0) + row->tl0_offset);
    }
    outlet->packets++;
    outlet->octets += (uint64_t)(length - FIXED_BYTES);
    if (!peer->sending || !peer->address_length)
        return;
    struct scratch *scratch = path->scratch;
    uint8_t *out = scratch->out_bytes[scratch->out_count];
    memcpy(out, packet, (size_t)length);
    out[1] = (packet[1] & 0x80) | row->payload_type;
    write16(out + 2, (uint16_t)number);
    write32(out + 4, row->last_timestamp);
    write32(out + 8, row->ssrc);
    if (places->layered)
        renumber(out, places, row);
    if (places->sequence) {
        struct sent *sent = peer->sent;
        if (outlet->given)
            outlet->given->numbers[number % REPEATABLE] = sent->next;
        write16(out + places->sequence, sent->next);
        if (peer->sequence_id)
            rename_element(out, places->sequence, peer->sequence_id);
        sent->at[sent->next % REMEMBERED] = now;
        sent->octets[sent->next++ % REMEMBERED] = (uint16_t)length;
    }
    if (path->protect(peer->sending, out, &length))
        return;
    queue(path, peer, length);
    if (scratch->out_count == BATCH)
        flush(path);
}

/* ---- In ----------------------------------------------------------------------------------- */

static void keep(struct history *history, int64_t extended, const uint8_t *packet, int length) {
    uint32_t slot = (uint32_t)extended % HISTORY_PACKETS;
    history->numbers[slot] = extended;
    history->lengths[slot] = (uint16_t)length;
    memcpy(history->packets[slot], packet, (size_t)length);
}

static void record(struct pending *tape, const uint8_t *packet, int length, double now) {
    uint8_t *at = tape->bytes + tape->size;
    double since = (now - tape->started) * 1e6;
    uint64_t microseconds = since > 0 ? (uint64_t)since : 0;
    at[0] = RECORD_PACKET;
    write16(at + 1, (uint16_t)length);
    write32(at + 3, (uint32_t)(microseconds >> 32));
    write32(at + 7, (uint32_t)microseconds);
    memcpy(at + RECORD_HEAD, packet, (size_t)length);
    tape->size += (uint32_t)(RECORD_HEAD + length);
}

/* RFC 3550 A.1 and A.8 for the next packet of a row. */
static void count(struct numbers *numbers, uint32_t timestamp, int length, double now) {
    int64_t transit = (int64_t)(now * numbers->clock_rate) - timestamp;
    int64_t change = transit - numbers->transit;
    change = ((change + 0x80000000LL) & 0xFFFFFFFFLL) - 0x80000000LL;
    if (change < 0)
        change = -change;
    numbers->received++;
    numbers->octets += (uint64_t)length;
    numbers->restarted = 0;
    numbers->highest++;
    numbers->transit = transit;
    numbers->jitter += ((double)change - numbers->jitter) / 16;
}

/* The VP8 payload descriptor, RFC 7741 §4.2; 0 if the packet ends inside it. */
static int descriptor(const uint8_t *packet, int length, struct places *places,
                      uint8_t *temporal) {
    int at = FIXED_BYTES + 4 * (packet[0] & 0x0F);
    if (packet[0] & 0x10)
        at += 4 + 4 * read16(packet + at + 2);
    if (at >= length)
        return 0;
    places->layered = 1;
    int highest = 0;
    if (packet[at++] & 0x80) {
        if (at >= length)
            return 0;
        int present = packet[at++];
        if (present & 0x80) {
            if (at >= length)
                return 0;
            places->picture = at;
            places->wide = packet[at] >> 7;
            at += 1 + places->wide;
        }
        if (present & 0x40)
            places->tl0 = at++;
        if (present & 0x20 && at < length)
            highest = packet[at] >> 6;
        at += (present & 0x30) != 0;
    }
    if (at < length && highest > *temporal)
        *temporal = (uint8_t)highest;
    return at < length;
}

/* 0, with the packet as it was, if it is not one of the plain ones. */
static int forward(struct path *path, struct peer *peer, struct source *source, uint8_t *packet,
                   int length, double now) {
    struct numbers *numbers = source->numbers;
    struct pending *tape = source->tape;
    int64_t ahead = ((read16(packet + 2) - numbers->highest + 0x8000) & 0xFFFF) - 0x8000;
    if (source->muted || source->by_hand || (packet[1] & 0x7F) != source->payload_type ||
        packet[0] & 0x20 || numbers->highest < 0 || numbers->anew ||
        ahead != 1 || length > HISTORY_BYTES)
        return 0;
    if (tape && tape->open && tape->size + RECORD_HEAD + (uint32_t)length > tape->room)
        return 0;
    struct carried carried = {-1, 0, -1, 0};
    struct places places = {0};
    if (packet[0] != 0x80 && !translate(source, packet, length, 0, &carried))
        return 0;
    int loud = carried.level >= 0 && 127 - (carried.level & 0x7F) >= SPEECH;
    if (source->quiet && loud)
        return 0; /* it may be time to hear it */
    if (source->layered && !descriptor(packet, length, &places, &numbers->temporal))
        return 0;
    if (packet[0] != 0x80)
        translate(source, packet, length, 1, &carried);
    places.sequence = carried.sequence_at;
    struct arrivals *arrivals = peer->arrivals;
    if (carried.sequence >= 0 && arrivals && arrivals->count < MOST_ARRIVALS) {
        arrivals->number[arrivals->count] = (uint16_t)carried.sequence;
        arrivals->at[arrivals->count++] = now;
    }
    count(numbers, read32(packet + 4), length, now);
    keep(source->history, numbers->highest, packet, length);
    struct levels *levels = source->levels;
    if (levels && carried.level >= 0 && levels->count < MOST_LEVELS) {
        levels->level[levels->count] = (uint8_t)carried.level;
        levels->at[levels->count++] = now;
    }
    if (tape && tape->open)
        record(tape, packet, length, now);
    if (!levels)
        path->scratch->unfinished = !(packet[1] & 0x80); /* the marker: RFC 3551 §4.1, RFC 7741 §4.1 */
    for (uint32_t i = 0; i < source->outlet_count && !source->quiet; i++)
        send_to(path, source->outlets[i], packet, length, numbers->highest, &places, now);
    if (source->watching == 1) {
        source->watching = 2; /* told once a batch */
        path->watched[path->watched_count++] = source;
    }
    return 1;
}

static void leave(struct path *path, uint32_t slot, int length, struct peer *peer, int opened) {
    struct left *left = &path->left[path->left_count++];
    left->slot = slot;
    left->length = (uint32_t)length;
    left->peer = peer;
    left->opened = (uint8_t)opened;
}

static void take(struct path *path, uint32_t slot, int length, uint32_t address_length,
                 double now) {
    uint8_t *packet = path->inbound[slot];
    int is_rtp = length >= FIXED_BYTES && packet[0] >= 128 && packet[0] <= 191 &&
                 !(packet[1] >= 192 && packet[1] <= 223); /* RFC 7983, RFC 5761 §4 */
    struct peer *peer = is_rtp ? who(path, path->senders[slot], address_length) : NULL;
    if (!peer || !peer->receiving) {
        leave(path, slot, length, NULL, 0);
        return;
    }
    if (path->unprotect(peer->receiving, packet, &length) || length < FIXED_BYTES ||
        length > LARGEST_PACKET) {
        path->forged++;
        return;
    }
    uint32_t ssrc = read32(packet + 8);
    for (uint32_t i = 0; i < peer->source_count; i++) {
        if (peer->ssrcs[i] == ssrc) {
            struct source *source = peer->sources[i];
            struct order *order = source->order;
            if (order->left_in != path->batch &&
                forward(path, peer, source, packet, length, now))
                return;
            order->left_in = path->batch;
            break;
        }
    }
    leave(path, slot, length, peer, 1);
}

/* Reads one batch and deals with it, but for handing over what goes out. */
static uint32_t drain(struct path *path, double now) {
    struct scratch *scratch = path->scratch;
    path->left_count = path->watched_count = 0;
    path->batch++;
    for (uint32_t i = 0; i < scratch->last_read; i++)
        scratch->in[i].msg_hdr.msg_namelen = ADDRESS_BYTES;
    int read = -1;
    /* An ICMP error of an earlier datagram is told here, once for each: read on. */
    for (int tries = 0; read < 0 && tries < BATCH; tries++) {
        read = recvmmsg(path->fd, scratch->in, BATCH, MSG_DONTWAIT, NULL);
        if (read < 0 && errno == EAGAIN)
            break;
    }
    scratch->last_read = read > 0 ? (uint32_t)read : 0;
    for (uint32_t i = 0; i < scratch->last_read; i++)
        take(path, i, (int)scratch->in[i].msg_len, scratch->in[i].msg_hdr.msg_namelen, now);
    return scratch->last_read;
}

/* Reads one batch and deals with it; the number of datagrams read, BATCH if there may be more. */
uint32_t path_drain(struct path *path, double now) {
    uint32_t read = drain(path, now);
    flush(path);
    return read;
}

/* ---- Waiting ------------------------------------------------------------------------------ */

/* The clock of Python's time.monotonic(). */
static double monotonic(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* What an event loop does when it has nothing else to do: sleeps until something happens to one of
 * the files in `epoll`, and tells which in `ready`. Packets do not end the sleep unless something of
 * them is Python's to deal with. For four people, who send one packet at a time, waking Python for
 * each cost more than half of all the time it took.
 *
 * The first packets of a picture wait for its last, for a millisecond at most: nobody can see a part
 * of one, and all of it goes to a receiver as one message. Whatever ends the sleep ends that, too. */
void path_wait(struct path *path, int epoll, int timeout_ms) {
    struct scratch *scratch = path->scratch;
    double deadline = monotonic() + timeout_ms * 1e-3;
    double held = 0;
    path->ready_count = path->left_count = path->watched_count = 0;
    for (;;) {
        int brief = scratch->out_count && timeout_ms ? HELD_MS : timeout_ms;
        int happened = epoll_wait(epoll, scratch->events, MOST_READY, brief);
        for (int i = 0; i < happened; i++) {
            struct epoll_event *event = &scratch->events[i];
            if (event->data.fd == path->fd) {
                drain(path, monotonic());
                if (!path->left_count && !path->watched_count)
                    continue;
            }
            path->ready[path->ready_count++] = (struct ready){event->data.fd, event->events};
        }
        double now = monotonic();
        int awake = happened < 0 || path->ready_count || timeout_ms == 0;
        if (!held)
            held = now;
        if (awake || happened == 0 || !scratch->unfinished || now - held >= HELD_MS * 1e-3)
            flush(path);
        if (!scratch->out_count)
            held = 0;
        if (awake)
            return;
        if (timeout_ms > 0) {
            double left = deadline - now;
            if (left <= 0)
                return;
            timeout_ms = (int)(left * 1e3) + 1;
        }
    }
}
