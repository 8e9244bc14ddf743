/* Records of dialogs as a store of a former run hands them back: unreadable,
 * or good for one BYE. What we write ourselves reads back as itself. */
#include <string.h>

#include "base/arena.h"
#include "fuzz.h"
#include "tel/dialog_priv.h"

static struct sip_stack stack = {
    .magic = SIP_STACK_MAGIC, .calls_max = 8, .software = "fuzz"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice record = str_range((const char *)data, n);
    struct err e = {0};
    char trunk[128];
    (void)dialog_record_trunk(record, trunk, sizeof trunk);
    if (!stack.dialogs)
        tm_assert(hash_alloc(&stack.dialogs, 16) == 0);
    /* No transport: the BYE cannot leave, the dialog ends at once. */
    if (dialog_end_record(&stack, record, "", "", &e) != TM_OK) {
        tm_assert(e.text[0] != '\0');
    } else {
        struct dialog *d = list_ledata(hash_list(stack.dialogs, 0)->head);
        for (uint32_t i = 0; i < 16 && !d; i++)
            d = list_ledata(hash_list(stack.dialogs, i)->head);
        tm_assert(d != NULL && d->local_seq > 1 && d->local_tag[0]);
        struct buf b;
        buf_init(&b, 65536);
        dialog_record(d, "t", &b);
        tm_assert(!b.failed);
        for (size_t i = 0; i < b.n; i++)
            tm_assert(b.p[i] > ' ' && b.p[i] < 0x7f);
        buf_fini(&b);
    }
    tmr_poll(NULL);
    tm_assert(stack.dialog_count == 0);
    return 0;
}
