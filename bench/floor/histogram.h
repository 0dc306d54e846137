/* Durations counted in buckets of 0.05 ms, up to 3 s. */
#include <stdint.h>
#include <stdio.h>

enum { BUCKETS = 60000, BUCKET_NS = 50000 };

struct histogram { uint32_t bucket[BUCKETS + 1]; uint64_t n, max; };

static void add(struct histogram *h, uint64_t ns)
{
	uint64_t i = ns / BUCKET_NS;

	h->bucket[i < BUCKETS ? i : BUCKETS]++;
	h->n++;
	if (ns > h->max) h->max = ns;
}

/* In milliseconds. */
static double quantile(const struct histogram *h, double q)
{
	uint64_t seen = 0;
	int i = 0;

	while (i < BUCKETS && (seen += h->bucket[i]) < h->n * q) i++;
	return i * (BUCKET_NS / 1e6);
}

/* Prints a member of a JSON object, after others. */
static void print_histogram(const char *name, const struct histogram *h)
{
	if (!h->n) {
		printf(",\"%s\":null", name);
		return;
	}
	printf(",\"%s\":{\"p50\":%.2f,\"p99\":%.2f,\"max\":%.2f}", name, quantile(h, .5), quantile(h, .99), h->max / 1e6);
}
