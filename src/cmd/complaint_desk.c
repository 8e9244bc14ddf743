#include "cmd/complaint_desk.h"

#include "base/assert.h"
#include "cmd/tenant.h"
#include "store/complaint_book.h"

struct naming {
    const char *name;
    struct seller_id *out;
};

static int do_seller(struct db *db, void *arg, struct err *e)
{
    const struct naming *n = arg;
    return catalog_seller_find(db, tenant_default(), str_of(n->name), n->out,
                               e);
}

int complaint_desk_open(struct complaint_desk *d, struct control *c,
                        const struct complaint_options *o, struct err *e)
{
    *d = (struct complaint_desk){
        .c = c, .opt_out = !o->no_opt_out, .file_name = ""};
    struct naming name = {o->seller, &d->seller};
    arena_init(&d->arena);
    arena_init(&d->texts);
    int rc = house_zones(&d->arena, &d->zones, e);
    if (rc == TM_OK && o->seller != NULL)
        rc = sqlite_store_run(c->house->store, do_seller, &name, e);
    if (rc == TM_OK)
        rc = sqlite_reader_open(&c->house->dir, &d->sqlite, e);
    if (rc == TM_OK) {
        sqlite_reader_port(d->sqlite, &d->reader);
        rc = complaint_find_owns(&d->reader, tenant_default(), &d->arena,
                                 &d->owns, &d->unread, e);
    }
    d->batch = mem_alloc(COMPLAINT_DESK_BATCH * sizeof(*d->batch));
    if (rc != TM_OK)
        complaint_desk_close(d);
    return rc;
}

void complaint_desk_close(struct complaint_desk *d)
{
    sqlite_reader_close(d->sqlite);
    mem_free(d->batch);
    arena_fini(&d->texts);
    arena_fini(&d->arena);
}

static struct slice keep(struct complaint_desk *d, struct slice s)
{
    return str_range(arena_strdup(&d->texts, s), s.n);
}

int complaint_desk_put(struct complaint_desk *d, const struct complaint *c,
                       uint64_t row, struct err *e)
{
    tm_assert(d->n < COMPLAINT_DESK_BATCH);
    struct complaint_desk_case *k = &d->batch[d->n];
    k->complaint = *c;
    struct complaint *own = &k->complaint;
    own->tenant = tenant_default();
    own->layout = keep(d, c->layout);
    own->external = keep(d, c->external);
    own->content = keep(d, c->content);
    own->shown_as = keep(d, c->shown_as);
    own->shown_name = keep(d, c->shown_name);
    own->name = keep(d, c->name);
    own->text = keep(d, c->text);
    own->city = keep(d, c->city);
    k->row = row;
    int rc = complaint_find_calls(&d->reader, &d->owns, own, &k->matches, e);
    if (rc != TM_OK)
        return rc;
    k->seller =
        complaint_find_seller(&d->owns, own, &k->matches, &k->seller_name);
    if (own->seller.v == 0)
        own->seller = k->seller;
    d->n++;
    return d->n == COMPLAINT_DESK_BATCH ? complaint_desk_flush(d, e) : TM_OK;
}

/* In one transaction: on an error none of the batch is there. */
static int do_write(struct db *db, void *arg, struct err *e)
{
    struct complaint_desk *d = arg;
    for (size_t i = 0; i < d->n; i++) {
        struct complaint_desk_case *k = &d->batch[i];
        const struct complaint_book_new new = {
            .complaint = &k->complaint,
            .matches = &k->matches,
            .file_name = str_of(d->file_name),
            .file = d->file,
            .row = k->row,
            .now_us = control_now_us(d->c),
            .opt_out = d->opt_out,
            .seller = k->seller,
            .seller_name = str_of(k->seller_name)};
        bool again;
        int rc = complaint_book_add(db, &new, &k->complaint.id, &again, e);
        if (rc != TM_OK)
            return rc;
        k->again = again;
        d->duplicates += again;
        d->cases += !again;
        d->matched += !again && k->matches.n > 0;
        d->last_id = k->complaint.id;
        d->last_again = again;
    }
    return TM_OK;
}

int complaint_desk_flush(struct complaint_desk *d, struct err *e)
{
    const struct control_server *s = d->c->server;
    if (control_stopping(d->c))
        return err_set(e, TM_ESTATE, "the server is going down");
    int rc =
        d->n > 0 ? sqlite_store_run(d->c->house->store, do_write, d, e) : TM_OK;
    for (size_t i = 0; i < d->n && rc == TM_OK && d->opt_out; i++) {
        const struct complaint_desk_case *k = &d->batch[i];
        if (k->complaint.complainant == 0)
            continue;
        /* One that stood there already is told again: the first time it may
         * have got no further than the store. */
        d->opt_outs += !k->again;
        if (s != NULL)
            rc = s->opt_out(s->self, k->seller, k->complaint.complainant,
                            control_now_us(d->c), e);
    }
    d->n = 0;
    arena_reset(&d->texts);
    return rc;
}
