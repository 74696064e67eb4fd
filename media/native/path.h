/* What Python and the C packet path share. Read by the compiler and by cffi: declarations only.
 * What the fields mean is written at the Python class that owns each struct. */

#define BATCH 64
#define LARGEST_DATAGRAM 2048
#define ADDRESS_BYTES 28
#define MOST_ADDRESSES_KNOWN 4096
#define MOST_SOURCES 32
#define MOST_OUTLETS 64
#define HISTORY_PACKETS 512
#define HISTORY_BYTES 1536
#define MOST_LEVELS 32
#define MOST_ARRIVALS 512
#define REMEMBERED 2048
#define MOST_READY 64
#define REPEATABLE 512

struct numbers { /* media/rtp/reception.py */
    int64_t highest;
    int64_t received;
    int64_t first;
    int64_t transit;
    uint64_t octets;
    double jitter;
    int32_t clock_rate;
    uint8_t temporal;
    uint8_t anew;
    uint8_t restarted;
};

struct row { /* media/rtp/rewriter.py */
    int64_t next;
    int64_t first;
    int64_t offset;
    uint32_t ssrc;
    uint32_t timestamp_offset;
    uint32_t last_timestamp;
    uint16_t picture_offset;
    uint16_t last_picture;
    uint8_t tl0_offset;
    uint8_t last_tl0;
    uint8_t payload_type;
    uint8_t restart;
    uint8_t started;
};

struct history { /* media/rtp/history.py */
    int64_t numbers[HISTORY_PACKETS];
    uint16_t lengths[HISTORY_PACKETS];
    uint8_t packets[HISTORY_PACKETS][HISTORY_BYTES];
};

struct levels { /* media/rtp/levels.py */
    uint32_t count;
    uint8_t level[MOST_LEVELS];
    double at[MOST_LEVELS];
};

struct arrivals { /* media/rtp/arrivals.py */
    uint32_t count;
    uint16_t number[MOST_ARRIVALS];
    double at[MOST_ARRIVALS];
};

struct sent { /* media/rtp/sent.py */
    uint16_t next;
    double at[REMEMBERED];
    uint16_t octets[REMEMBERED];
};

struct pending { /* media/tape/pending.py */
    double started;
    uint32_t size;
    uint32_t room;
    uint8_t *bytes;
    uint8_t open;
};

struct peer { /* media/relay/transport.py */
    void *receiving;
    void *sending;
    uint8_t address[ADDRESS_BYTES];
    uint32_t address_length;
    struct arrivals *arrivals;
    struct sent *sent;
    uint8_t sequence_id; /* under which it takes the transport-wide number; 0: under ours */
    uint32_t message; /* of what waits to be sent, the last that goes to it */
    uint64_t message_of; /* the flush in which that holds */
    uint8_t apart; /* the kernel refused to cut a message to it into datagrams */
    uint32_t source_count;
    uint32_t ssrcs[MOST_SOURCES];
    struct source *sources[MOST_SOURCES];
};

struct given { /* media/relay/subscription.py */
    uint16_t numbers[REPEATABLE];
};

struct outlet { /* media/relay/subscription.py */
    struct row *row;
    struct peer *peer;
    struct given *given;
    uint64_t packets;
    uint64_t octets;
};

struct order { /* shared by the layers of one publication */
    uint64_t left_in; /* the batch in which a packet of theirs was last left to Python */
};

struct source { /* media/relay/layer.py */
    void *owner;
    struct numbers *numbers;
    struct history *history;
    struct levels *levels;
    struct pending *tape;
    struct outlet *outlets[MOST_OUTLETS];
    uint32_t outlet_count;
    uint8_t table[256];
    uint8_t level_id;
    uint8_t sequence_id;
    uint8_t payload_type;
    uint8_t muted;
    uint8_t quiet;
    uint8_t by_hand;
    uint8_t layered;
    uint8_t watching;
    struct order *order;
};

struct left { /* media/relay/socket.py: a datagram that is Python's to deal with */
    struct peer *peer;
    uint32_t slot;
    uint32_t length;
    uint8_t opened;
};

struct known {
    struct peer *peer;
    uint8_t address[ADDRESS_BYTES];
    uint32_t address_length;
};

struct ready { /* media/native/loop.py: a file that something has happened to */
    int32_t fd;
    uint32_t events;
};

struct scratch;

struct path { /* media/relay/socket.py */
    int fd;
    int (*protect)(void *keys, void *packet, int *length);
    int (*unprotect)(void *keys, void *packet, int *length);
    uint32_t left_count;
    uint32_t watched_count;
    struct left left[BATCH];
    struct source *watched[BATCH];
    uint64_t batch;
    uint64_t forged;
    uint64_t not_sent;
    uint8_t inbound[BATCH][LARGEST_DATAGRAM];
    uint8_t senders[BATCH][ADDRESS_BYTES];
    struct known known[MOST_ADDRESSES_KNOWN];
    uint32_t known_count;
    uint32_t ready_count;
    struct ready ready[MOST_READY];
    struct scratch *scratch;
};

extern const char path_digest[];

struct path *path_open(int fd, uintptr_t protect, uintptr_t unprotect);
void path_close(struct path *path);
int path_know(struct path *path, const uint8_t *address, uint32_t length, struct peer *peer);
void path_forget_all(struct path *path);
uint32_t path_drain(struct path *path, double now);
void path_wait(struct path *path, int epoll, int timeout_ms);
