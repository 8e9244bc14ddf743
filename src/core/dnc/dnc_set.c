#include "core/dnc/dnc_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

enum {
    HEADER_SIZE = DNC_SET_PAGE, /* so that the numbers begin on a page */
    IMAGE_VERSION = 1,
    BYTE_ORDER_MARK = 0x01020304,
};

static const char MAGIC[8] = {'T', 'M', 'D', 'N', 'C', 'S', 'E', 'T'};
static const uint64_t E164_MAX = 999999999999999; /* 15 digits */

/* The first bytes of an image, in the byte order of the machine that built it;
 * the rest of the page is zero. */
struct image_header {
    char magic[8];
    uint32_t version;
    uint32_t byte_order;
    uint64_t header_size;
    uint64_t count;
    uint64_t generation;
    int64_t obtained_us;
    int64_t seller;
    uint32_t kind;
    char country[4];
    char name[DNC_SET_NAME_MAX];
    char source_hash[72];
    uint64_t checksum; /* over the page with this field zero, and numbers */
};
_Static_assert(sizeof(struct image_header) == 184, "layout of the image");
_Static_assert(sizeof(((struct dnc_set *)0)->source_hash) <= 72, "hash fits");

static const char *const kind_text[] = {
#define X(name, text) text,
    DNC_KIND_TABLE(X)
#undef X
};

const char *dnc_set_kind_text(enum dnc_kind k)
{
    tm_assert((size_t)k < tm_array_len(kind_text));
    return kind_text[k];
}

bool dnc_set_kind_parse(struct slice s, enum dnc_kind *out)
{
    for (size_t i = 0; i < tm_array_len(kind_text); i++) {
        if (str_eq(s, kind_text[i])) {
            *out = (enum dnc_kind)i;
            return true;
        }
    }
    return false;
}

/* Finds damage, not forgery: the files are ours. */
static uint64_t checksum_add(uint64_t sum, const void *p, size_t n)
{
    const unsigned char *bytes = p;
    for (size_t i = 0; i + sizeof(uint64_t) <= n; i += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, bytes + i, sizeof(word));
        sum = rng_mix(sum ^ word);
    }
    return sum;
}

static uint64_t checksum(const unsigned char *page, const uint64_t *number,
                         size_t count)
{
    unsigned char copy[HEADER_SIZE];
    memcpy(copy, page, sizeof(copy));
    memset(copy + offsetof(struct image_header, checksum), 0, sizeof(uint64_t));
    uint64_t sum = checksum_add(1, copy, sizeof(copy));
    return count > 0 ? checksum_add(sum, number, count * sizeof(*number)) : sum;
}

static bool is_text(const char *p, size_t cap)
{
    return memchr(p, '\0', cap) != NULL;
}

/* What is wrong with the header, or NULL. n: size of the image. */
static const char *header_fault(const struct image_header *h, size_t n)
{
    if (memcmp(h->magic, MAGIC, sizeof(MAGIC)) != 0) {
        return "it is not a do-not-call image";
    }
    if (h->byte_order != BYTE_ORDER_MARK) {
        return "it was made on a machine of another byte order";
    }
    if (h->version != IMAGE_VERSION || h->header_size != HEADER_SIZE) {
        return "it was made by another version of the program";
    }
    if (h->count > (SIZE_MAX - HEADER_SIZE) / sizeof(uint64_t) ||
        n != HEADER_SIZE + h->count * sizeof(uint64_t)) {
        return "it is cut off";
    }
    if (h->kind >= DNC_KIND_COUNT || !is_text(h->name, sizeof(h->name)) ||
        h->name[0] == '\0' || !is_text(h->source_hash, 65) ||
        !is_text(h->country, 3) || h->seller < 0) {
        return "its heading makes no sense";
    }
    return NULL;
}

static bool is_sorted(const uint64_t *number, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (number[i - 1] >= number[i]) {
            return false;
        }
    }
    return n == 0 || (number[0] > 0 && number[n - 1] <= E164_MAX);
}

int dnc_set_open(const void *image, size_t n, struct dnc_set *out,
                 struct err *e)
{
    tm_assert((uintptr_t)image % sizeof(uint64_t) == 0);
    struct image_header h;
    const char *fault = "it is cut off";
    const unsigned char *page = image;
    if (n >= HEADER_SIZE) {
        memcpy(&h, page, sizeof(h));
        fault = header_fault(&h, n);
    }
    if (fault) {
        return err_set(e, TM_ECORRUPT, "do-not-call image: %s", fault);
    }
    const uint64_t *number = (const void *)(page + HEADER_SIZE);
    if (checksum(page, number, h.count) != h.checksum) {
        return err_set(e, TM_ECORRUPT,
                       "do-not-call image \"%s\": the checksum is wrong",
                       h.name);
    }
    if (!is_sorted(number, h.count)) {
        return err_set(e, TM_ECORRUPT,
                       "do-not-call image \"%s\": its numbers are not in "
                       "order",
                       h.name);
    }
    *out = (struct dnc_set){
        .kind = (enum dnc_kind)h.kind,
        .seller = h.seller,
        .obtained_us = h.obtained_us,
        .generation = h.generation,
        .count = h.count,
        .number = number,
    };
    memcpy(out->name, h.name, sizeof(out->name));
    memcpy(out->country, h.country, sizeof(out->country));
    memcpy(out->source_hash, h.source_hash, sizeof(out->source_hash));
    return TM_OK;
}

bool dnc_set_has(const struct dnc_set *s, uint64_t e164)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (s->number[mid] < e164) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low < s->count && s->number[low] == e164;
}

static int compare(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return (x > y) - (x < y);
}

static size_t sort_unique(uint64_t *number, size_t n)
{
    if (n == 0) {
        return 0;
    }
    qsort(number, n, sizeof(*number), compare);
    size_t kept = 1;
    for (size_t i = 1; i < n; i++) {
        if (number[i] != number[kept - 1]) {
            number[kept++] = number[i];
        }
    }
    return kept;
}

static void header_fill(struct image_header *h, const struct dnc_set *meta,
                        size_t count)
{
    *h = (struct image_header){
        .version = IMAGE_VERSION,
        .byte_order = BYTE_ORDER_MARK,
        .header_size = HEADER_SIZE,
        .count = count,
        .generation = meta->generation,
        .obtained_us = meta->obtained_us,
        .seller = meta->seller,
        .kind = (uint32_t)meta->kind,
    };
    memcpy(h->magic, MAGIC, sizeof(h->magic));
    (void)str_copy(h->country, 3, str_of(meta->country));
    (void)str_copy(h->name, sizeof(h->name), str_of(meta->name));
    (void)str_copy(h->source_hash, 65, str_of(meta->source_hash));
}

int dnc_set_seal(const struct dnc_set *meta, const uint64_t *number, size_t n,
                 unsigned char page[DNC_SET_PAGE], struct err *e)
{
    struct image_header h;
    tm_assert((unsigned)meta->kind < DNC_KIND_COUNT && meta->seller >= 0);
    if (meta->name[0] == '\0') {
        return err_set(e, TM_EINVAL, "a do-not-call list needs a name");
    }
    if (!is_sorted(number, n)) {
        return err_set(e, TM_EINVAL,
                       "do-not-call list \"%s\": a number is not an E.164 "
                       "number of at most 15 digits",
                       meta->name);
    }
    header_fill(&h, meta, n);
    memcpy(page, &h, sizeof(h));
    h.checksum = checksum(page, number, n);
    memcpy(page, &h, sizeof(h));
    return TM_OK;
}

int dnc_set_build(const struct dnc_set *meta, uint64_t *number, size_t n,
                  struct buf *out, struct err *e)
{
    unsigned char page[DNC_SET_PAGE] = {0};
    size_t count = sort_unique(number, n);
    int rc = dnc_set_seal(meta, number, count, page, e);
    if (rc != TM_OK) {
        return rc;
    }
    buf_add(out, page, sizeof(page));
    if (count > 0) {
        buf_add(out, number, count * sizeof(*number));
    }
    if (out->failed) {
        return err_set(e, TM_ELIMIT,
                       "do-not-call list \"%s\": %zu numbers are too many",
                       meta->name, count);
    }
    return TM_OK;
}
