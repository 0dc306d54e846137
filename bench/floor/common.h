/* What the floor server and its load generator have in common. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum {
	INPUT = 16,        /* bytes of an input; it starts with its number, uint32, host order */
	MIN_BYTES = 8,     /* of a message; it starts with the number of the last input read */
	MAX_BYTES = 65536,
	BATCH = 512,       /* events taken from epoll at once */
};

static const char *program; /* its name, for messages */

static void die(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program, what, errno ? strerror(errno) : "failed");
	exit(1);
}

/* Lets the process open as many sockets as the system allows it. */
static void raise_file_limit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files))
		die("getrlimit");
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files))
		die("setrlimit");
}
