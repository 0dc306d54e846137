/*
 * floor: the least CPU that a tick server can spend per player on a machine.
 *
 * It does only what no server can leave out: read every client's inputs, and
 * write every client one message of -bytes bytes, -hz times a second. Plain
 * TCP, one thread, no WebSocket, no game, no encoding. Nearly all of its time
 * is the kernel's TCP path, so a real server is judged by how many times this
 * floor it costs.
 *
 *   -mode epoll      the sockets are watched and read as soon as an input
 *                    arrives: the limit of servers that inputs wake up
 *   -mode tickpoll   nobody watches the sockets; each tick reads every one of
 *                    them once, then writes to every one: the limit of servers
 *                    that look at inputs only at the tick
 *
 * -bytes 0 sends nothing. Listens on 127.0.0.1 only. Prints nothing but
 * errors. Runs until killed.
 */
#define _GNU_SOURCE
#include "common.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { MAX_FD = 65536, BACKLOG = 4096 };

struct client {
	int alive;
	int place;                  /* index in live[] */
	uint32_t ack;               /* number of the last whole input */
	int have;                   /* bytes of the next input that are in part[] */
	unsigned char part[INPUT];
};

static struct client clients[MAX_FD]; /* by file descriptor */
static int live[MAX_FD], nlive;       /* descriptors of connected clients */
static int port = 9000, hz = 30, bytes = 100, tickpoll;

static void drop(int fd)
{
	int last = live[--nlive];

	live[clients[fd].place] = last;
	clients[last].place = clients[fd].place;
	clients[fd].alive = 0;
	close(fd);
}

/* Cuts what came into inputs; the last may be a part of one. */
static void take_inputs(struct client *c, const unsigned char *in, int n)
{
	while (n > 0) {
		int want = INPUT - c->have, k = want < n ? want : n;

		memcpy(c->part + c->have, in, k);
		c->have += k;
		in += k;
		n -= k;
		if (c->have == INPUT) {
			memcpy(&c->ack, c->part, sizeof c->ack);
			c->have = 0;
		}
	}
}

/* Reads once. Returns 0 if the client is gone. */
static int read_inputs(int fd)
{
	static unsigned char in[4096];
	ssize_t n = read(fd, in, sizeof in);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	take_inputs(&clients[fd], in, (int)n);
	return n > 0;
}

/* Writes one message, or none if the client's buffer is full. Returns 0 if the
 * client is gone or took only a part: there is no queue here. */
static int write_message(int fd)
{
	static unsigned char out[MAX_BYTES];

	memcpy(out, &clients[fd].ack, sizeof clients[fd].ack);
	ssize_t n = write(fd, out, bytes);
	if (n == bytes || (n < 0 && errno == EAGAIN))
		return 1;
	if (n > 0)
		fprintf(stderr, "floor: a client does not keep up and was dropped\n");
	return 0;
}

/* drop puts another client in the place of the one that it takes out. */
static void tick(void)
{
	for (int i = 0; tickpoll && i < nlive;)
		if (read_inputs(live[i])) i++; else drop(live[i]);
	for (int i = 0; bytes && i < nlive;)
		if (write_message(live[i])) i++; else drop(live[i]);
}

static void watch(int ep, int fd)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e))
		die("epoll_ctl");
}

static void accept_all(int listener, int ep)
{
	int fd, one = 1;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		if (fd >= MAX_FD) {
			fprintf(stderr, "floor: too many clients\n");
			close(fd);
			continue;
		}
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		clients[fd] = (struct client){ .alive = 1, .place = nlive };
		live[nlive++] = fd;
		if (!tickpoll)
			watch(ep, fd);
	}
	if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
		die("accept");
}

static int open_listener(void)
{
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, BACKLOG))
		die("listen");
	return fd;
}

static int start_timer(void)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	struct timespec period = { hz == 1, hz == 1 ? 0 : 1000000000 / hz };
	struct itimerspec every = { period, period };

	if (fd < 0 || timerfd_settime(fd, 0, &every, NULL))
		die("timer");
	return fd;
}

static void serve(int listener, int timer, int ep)
{
	struct epoll_event ev[BATCH];
	uint64_t missed;

	for (;;) {
		int n = epoll_wait(ep, ev, BATCH, -1);

		for (int i = 0; i < n; i++) {
			int fd = ev[i].data.fd;

			if (fd == listener)
				accept_all(listener, ep);
			else if (fd == timer && read(timer, &missed, sizeof missed) > 0)
				tick();
			else if (fd != timer && clients[fd].alive && !read_inputs(fd))
				drop(fd);
		}
	}
}

static void usage(void)
{
	fprintf(stderr, "usage: floor [-mode epoll|tickpoll] [-port P] [-hz 1..1000] [-bytes 0 | %d..%d]\n",
		MIN_BYTES, MAX_BYTES);
	exit(2);
}

static void flags(int argc, char **argv)
{
	for (int i = 1; i < argc; i += 2) {
		if (i + 1 == argc) usage();
		char *name = argv[i], *value = argv[i + 1];
		if (!strcmp(name, "-port")) port = atoi(value);
		else if (!strcmp(name, "-hz")) hz = atoi(value);
		else if (!strcmp(name, "-bytes")) bytes = atoi(value);
		else if (!strcmp(name, "-mode") && !strcmp(value, "tickpoll")) tickpoll = 1;
		else if (!strcmp(name, "-mode") && !strcmp(value, "epoll")) tickpoll = 0;
		else usage();
	}
	if (port < 1 || port > 65535 || hz < 1 || hz > 1000) usage();
	if (bytes > MAX_BYTES || (bytes && bytes < MIN_BYTES)) usage();
}

int main(int argc, char **argv)
{
	program = "floor";
	flags(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	raise_file_limit();

	int listener = open_listener(), timer = start_timer(), ep = epoll_create1(0);
	watch(ep, listener);
	watch(ep, timer);
	serve(listener, timer, ep);
}
