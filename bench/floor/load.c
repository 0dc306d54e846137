/*
 * floor-load: drives the floor server and reports what its clients see.
 *
 * Opens -n connections, sends a 16-byte input on each -hz times a second, and
 * reads everything. After -warm seconds it measures for -seconds and prints
 * one JSON line. One thread; give it a core of its own. The server must have
 * been started with the same -bytes. -hz 0 sends no inputs.
 *
 * When inputs arrive changes what a server that they wake up costs, up to 2x:
 *   -arrivals even        spread over the period, let go about every 1 ms
 *   -arrivals aligned     all at once, at the start of the period
 *   -arrivals dispersed   spread over the period, each at its own instant, as
 *                         on the internet (busy-waits: uses its core fully)
 *
 * Only 127.0.0.0/8 is accepted as -addr.
 */
#define _GNU_SOURCE
#include "common.h"
#include "histogram.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { INFLIGHT = 128 /* inputs whose send time is remembered */, NUMBER = 4 /* bytes of an input's number */ };

struct client {
	int fd;
	int pos;                       /* bytes of the current message that have come */
	unsigned char head[NUMBER];    /* its first: the number of the last input read */
	uint32_t seq, acked;           /* last input sent, last input acknowledged */
	uint64_t sent[INFLIGHT];       /* when, ns, by seq % INFLIGHT */
	uint64_t last;                 /* when the last message came, ns */
};

static int n = 200, hz = 30, bytes = 100, aligned, dispersed;
static double seconds = 10, warm = 2;
static struct sockaddr_in to = { .sin_family = AF_INET };

static struct client *clients;
static int ep;

static int measuring;
static struct histogram ack, gap;
static uint64_t messages, received, inputs;

static uint64_t now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void message(struct client *c, uint64_t t)
{
	uint32_t seq;

	memcpy(&seq, c->head, NUMBER);
	if (measuring) {
		messages++;
		if (c->last) add(&gap, t - c->last);
		for (uint32_t s = c->acked + 1; s <= seq; s++)
			if (c->seq - s < INFLIGHT) add(&ack, t - c->sent[s % INFLIGHT]);
	}
	c->last = t;
	if (seq > c->acked) c->acked = seq;
}

/* Cuts what came into messages; the last may be a part of one. */
static void take_messages(struct client *c, const unsigned char *in, int left, uint64_t t)
{
	while (left > 0) {
		int want = bytes - c->pos, k = want < left ? want : left;

		for (int i = 0; i < k && c->pos + i < NUMBER; i++) c->head[c->pos + i] = in[i];
		c->pos += k;
		in += k;
		left -= k;
		if (c->pos == bytes) {
			message(c, t);
			c->pos = 0;
		}
	}
}

static void read_messages(struct client *c)
{
	static unsigned char in[1 << 16];
	ssize_t got = read(c->fd, in, sizeof in);
	uint64_t t = now(CLOCK_MONOTONIC);

	if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
	if (got <= 0) {
		errno = got ? errno : ECONNRESET;
		die("the server closed a connection");
	}
	if (measuring) received += got;
	if (bytes) take_messages(c, in, (int)got, t);
}

static void send_input(struct client *c)
{
	unsigned char b[INPUT] = { 0 };

	c->seq++;
	memcpy(b, &c->seq, NUMBER);
	c->sent[c->seq % INFLIGHT] = now(CLOCK_MONOTONIC);
	if (write(c->fd, b, sizeof b) != sizeof b) die("write an input");
	if (measuring) inputs++;
}

static void open_clients(void)
{
	int one = 1;

	ep = epoll_create1(0);
	clients = calloc(n, sizeof *clients);
	if (!clients) die("memory");
	for (int i = 0; i < n; i++) {
		struct client *c = &clients[i];
		struct epoll_event e = { .events = EPOLLIN, .data.ptr = c };

		c->fd = socket(AF_INET, SOCK_STREAM, 0);
		if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to)) die("connect");
		setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		fcntl(c->fd, F_SETFL, O_NONBLOCK);
		if (epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e)) die("epoll_ctl");
	}
}

/* Sends all inputs that are due. Input number `next` is client next % n's in
 * period next / n. Returns the number of the first that is not due. */
static uint64_t send_due(uint64_t next, uint64_t since)
{
	uint64_t period = 1000000000ull / hz;

	for (;; next++) {
		uint64_t phase = aligned ? 0 : next % n * period / n;

		if (next / n * period + phase > since) return next;
		send_input(&clients[next % n]);
	}
}

/* Plays until the window is over; returns its length in seconds. */
static double play(void)
{
	uint64_t start = now(CLOCK_MONOTONIC), next = 0, t;
	uint64_t from = start + (uint64_t)(warm * 1e9), until = from + (uint64_t)(seconds * 1e9);
	struct timespec slot = { 0, dispersed ? 0 : 1000000 };
	struct epoll_event ev[BATCH];

	while ((t = now(CLOCK_MONOTONIC)) < until) {
		if (!measuring && t >= from) {
			measuring = 1;
			from = t;
		}
		if (hz) next = send_due(next, t - start);
		int k = epoll_pwait2(ep, ev, BATCH, &slot, NULL);
		for (int i = 0; i < k; i++) read_messages(ev[i].data.ptr);
	}
	return (t - from) / 1e9;
}

static void report(double window)
{
	printf("{\"players\":%d,\"seconds\":%.3f,\"snapshots\":%lu,\"inputs\":%lu", n, window, messages, inputs);
	printf(",\"bytes_per_player_s\":%.1f,\"bytes_per_snapshot\":%.1f", received / window / n, messages ? (double)bytes : 0);
	print_histogram("ack_ms", &ack);
	print_histogram("gap_ms", &gap);
	printf(",\"end_unix\":%.3f}\n", now(CLOCK_REALTIME) / 1e9);
	fflush(stdout);
}

static void usage(void)
{
	fprintf(stderr, "usage: floor-load -addr 127.0.0.1:P [-n 1..20000] [-hz 0..1000] [-bytes 0 | %d..%d]\n"
		"                  [-arrivals even|aligned|dispersed] [-seconds 1..600] [-warm 0..60]\n", MIN_BYTES, MAX_BYTES);
	exit(2);
}

static void set_address(const char *addr)
{
	char host[16] = "";
	int port = 0;

	if (sscanf(addr, "%15[0-9.]:%d", host, &port) != 2 || !inet_aton(host, &to.sin_addr)) usage();
	if (ntohl(to.sin_addr.s_addr) >> 24 != 127) {
		fprintf(stderr, "floor-load: %s is not a loopback address\n", host);
		exit(2);
	}
	to.sin_port = htons(port);
}

static void flags(int argc, char **argv)
{
	const char *arrivals = "even", *addr = "";

	for (int i = 1; i < argc; i += 2) {
		if (i + 1 == argc) usage();
		char *name = argv[i], *value = argv[i + 1];
		if (!strcmp(name, "-addr")) addr = value;
		else if (!strcmp(name, "-n")) n = atoi(value);
		else if (!strcmp(name, "-hz")) hz = atoi(value);
		else if (!strcmp(name, "-bytes")) bytes = atoi(value);
		else if (!strcmp(name, "-arrivals")) arrivals = value;
		else if (!strcmp(name, "-seconds")) seconds = atof(value);
		else if (!strcmp(name, "-warm")) warm = atof(value);
		else usage();
	}
	aligned = !strcmp(arrivals, "aligned");
	dispersed = !strcmp(arrivals, "dispersed");
	if (!aligned && !dispersed && strcmp(arrivals, "even")) usage();
	if (n < 1 || n > 20000 || hz < 0 || hz > 1000 || seconds < 1 || seconds > 600 || warm < 0 || warm > 60) usage();
	if (bytes > MAX_BYTES || (bytes && bytes < MIN_BYTES)) usage();
	set_address(addr);
}

int main(int argc, char **argv)
{
	program = "floor-load";
	flags(argc, argv);
	raise_file_limit();
	open_clients();
	report(play());
	return 0;
}
