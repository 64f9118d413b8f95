/*
 * Puts hosts at a distance: a TCP proxy that hands on every byte later than it came, for kernels without netem.
 *
 *   delay-proxy PORT TARGET-PORT
 *
 * It listens on PORT of all addresses. A connection to 127.D.X.Y goes on to 127.1.X.Y:TARGET-PORT, with a round trip of
 * D milliseconds in between. So one process serves any number of hosts at any distance. There is delay alone: no loss, no
 * limit of bandwidth, no slow start.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 65536, MOST_HELD = 8 << 20 };

/* What was read, and when it may be written, in nanoseconds of the monotonic clock. */
struct piece {
  struct piece *next;
  long long due;
  ssize_t length, written;
  char bytes[];
};

struct pair;

/* One direction of a connection. */
struct way {
  struct pair *pair;
  int from, to;
  struct piece *first, *last;
  size_t held;
  int ended;            /* the sender has said all */
  long long end_due;    /* when the receiver may learn it */
  int closed;
};

struct pair {
  struct way up, down;
  long long delay;      /* one way, in nanoseconds */
  long long dial_at;    /* when the host would see the connection */
  struct sockaddr_in host;
  int dead;
  struct pair *next;
};

static struct pair *pairs;
static int poller, timer, listener;
static in_port_t target_port;
static const long long NEVER = (1ULL << 63) - 1;

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void watch(int fd, void *what) {
  struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = what};
  epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

static void prepare(int fd) {
  int on = 1;
  fcntl(fd, F_SETFL, O_NONBLOCK);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static void end_pair(struct pair *pair) {
  if (pair->dead) return;
  pair->dead = 1;
  close(pair->up.from);
  if (pair->up.to >= 0) close(pair->up.to);
}

/* Reads all that there is, as far as there is room. */
static void fill(struct way *way) {
  while (way->from >= 0 && !way->ended && way->held < MOST_HELD) {
    struct piece *piece = malloc(sizeof *piece + PIECE);
    if (piece == NULL) exit(1);
    ssize_t length = read(way->from, piece->bytes, PIECE);
    long long due = now() + way->pair->delay;
    if (length <= 0) {
      int again = length < 0 && errno == EAGAIN;
      free(piece);
      if (again) return;
      way->ended = 1;
      way->end_due = due;
      return;
    }
    /* What was said before the connection would have stood arrives with its last packet. */
    if (way == &way->pair->up && due < way->pair->dial_at) due = way->pair->dial_at;
    struct piece *fitting = realloc(piece, sizeof *piece + length);
    piece = fitting == NULL ? piece : fitting;
    piece->next = NULL, piece->due = due, piece->length = length, piece->written = 0;
    if (way->last) way->last->next = piece;
    else way->first = piece;
    way->last = piece;
    way->held += length;
  }
}

/* Writes what is due. Returns when there is more to do. */
static long long drain(struct way *way, long long time) {
  if (way->to < 0 || way->pair->dead) return NEVER;
  while (way->first) {
    struct piece *piece = way->first;
    if (piece->due > time) return piece->due;
    ssize_t length = write(way->to, piece->bytes + piece->written, piece->length - piece->written);
    if (length < 0 && errno == EAGAIN) return time + 200000;
    if (length < 0) {
      end_pair(way->pair);
      return NEVER;
    }
    piece->written += length;
    way->held -= length;
    if (piece->written < piece->length) return time + 200000;
    way->first = piece->next;
    if (way->first == NULL) way->last = NULL;
    free(piece);
    fill(way);
  }
  if (!way->ended || way->closed) return NEVER;
  if (way->end_due > time) return way->end_due;
  shutdown(way->to, SHUT_WR);
  way->closed = 1;
  if (way->pair->up.closed && way->pair->down.closed) end_pair(way->pair);
  return NEVER;
}

static void accept_all(void) {
  int fd;
  while ((fd = accept(listener, NULL, NULL)) >= 0) {
    struct sockaddr_in own;
    socklen_t size = sizeof own;
    getsockname(fd, (struct sockaddr *)&own, &size);
    struct pair *pair = calloc(1, sizeof *pair);
    if (pair == NULL) exit(1);
    unsigned address = ntohl(own.sin_addr.s_addr);
    prepare(fd);
    pair->delay = ((address >> 16) & 0xff) * 500000LL;
    /* The three packets of TCP's handshake. */
    pair->dial_at = now() + 3 * pair->delay;
    pair->host = own;
    pair->host.sin_port = target_port;
    pair->host.sin_addr.s_addr = htonl((address & 0xff00ffff) | 0x10000);
    pair->up = (struct way){.pair = pair, .from = fd, .to = -1};
    pair->down = (struct way){.pair = pair, .from = -1, .to = fd};
    pair->next = pairs;
    pairs = pair;
    watch(fd, &pair->up);
  }
}

static void dial(struct pair *pair) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&pair->host, sizeof pair->host) < 0) {
    if (fd >= 0) close(fd);
    end_pair(pair);
    return;
  }
  prepare(fd);
  pair->up.to = pair->down.from = fd;
  watch(fd, &pair->down);
}

static void forget(struct way *way) {
  while (way->first) {
    struct piece *next = way->first->next;
    free(way->first);
    way->first = next;
  }
}

/* Does what is due for all connections. Returns when there is more to do. */
static long long work(void) {
  long long time = now(), next = NEVER;
  for (struct pair **link = &pairs; *link;) {
    struct pair *pair = *link;
    if (!pair->dead && pair->up.to < 0) {
      if (pair->dial_at <= time) dial(pair);
      else if (pair->dial_at < next) next = pair->dial_at;
    }
    long long up = drain(&pair->up, time), down = drain(&pair->down, time);
    if (up < next) next = up;
    if (down < next) next = down;
    if (pair->dead) {
      *link = pair->next;
      forget(&pair->up);
      forget(&pair->down);
      free(pair);
    } else link = &pair->next;
  }
  return next;
}

int main(int count, char **words) {
  if (count != 3) {
    fprintf(stderr, "usage: delay-proxy PORT TARGET-PORT\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  target_port = htons(atoi(words[2]));
  poller = epoll_create1(0);
  timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in all = {.sin_family = AF_INET, .sin_port = htons(atoi(words[1]))};
  if (bind(listener, (struct sockaddr *)&all, sizeof all) < 0 || listen(listener, 4096) < 0) {
    perror("delay-proxy");
    return 1;
  }
  watch(listener, &listener);
  watch(timer, &timer);
  puts("ready");
  fflush(stdout);
  for (;;) {
    long long next = work();
    struct itimerspec alarm = {0};
    if (next != NEVER) {
      /* A timer of nought is off. */
      alarm.it_value.tv_sec = next / 1000000000LL;
      alarm.it_value.tv_nsec = next % 1000000000LL + (next == 0);
    }
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &alarm, NULL);
    struct epoll_event events[256];
    int ready = epoll_wait(poller, events, 256, -1);
    for (int index = 0; index < ready; index++) {
      void *what = events[index].data.ptr;
      long long expired;
      if (what == &listener) accept_all();
      else if (what == &timer) (void)!read(timer, &expired, sizeof expired);
      else if (!((struct way *)what)->pair->dead) fill(what);
    }
  }
}
