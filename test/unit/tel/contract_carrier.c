/*
 * What port/carrier.h promises, as tests that every carrier passes. The
 * including program defines contract_make(), main() and the functions of
 * struct contract; see test_carrier_contract.c and test_sim_contract.c.
 */
enum contract_callee { CALLEE_ANSWERS, CALLEE_BUSY, CALLEE_RINGS };

enum { CONTRACT_EVENTS = 64, CONTRACT_SECOND_US = 1000000 };

struct contract {
    const struct carrier *port;
    const char *trunk;
    uint64_t e164;
    /* Lets time pass, up to so many ms or until an event has come. */
    void (*wait)(struct contract *c, int ms);
    void (*callee)(struct contract *c, enum contract_callee how);
    int64_t (*now_us)(struct contract *c);
    /* Somebody calls us, who hangs up after so long unless he is answered. */
    void (*calls_us)(struct contract *c, int patience_ms);
    bool beeps; /* that is what is played: the SIP carrier's speech can be begun
                   and ended once in a process */
    int64_t adopts;  /* his name; 0: nobody takes the call */
    int64_t ring_ms; /* 0: 20 s */
    bool inside;     /* in a call of the port: no event may come */
    struct carrier_event ev[CONTRACT_EVENTS];
    char text[CONTRACT_EVENTS][2048];
    int n;
};

static struct contract *contract_make(void);
/* With calls_us; the others may do without. */
static struct contract *contract_make_called(void);
static void contract_drop(struct contract *c);

static void contract_event(void *arg, const struct carrier_event *ev)
{
    struct contract *c = arg;
    assert_false(c->inside);
    assert_true(c->n < CONTRACT_EVENTS);
    for (int i = 0; i < c->n; i++)
        assert_false(c->ev[i].kind == CARRIER_ENDED &&
                     c->ev[i].attempt.v == ev->attempt.v);
    c->ev[c->n] = *ev;
    (void)str_copy(c->text[c->n], sizeof c->text[0], ev->text);
    c->n++;
    if (ev->kind == CARRIER_INCOMING) {
        assert_true(ev->to != 0 && ev->adopt != NULL && ev->adopt->v == 0);
        assert_string_equal(ev->trunk, c->trunk);
        ev->adopt->v = c->adopts;
    }
}

static struct permit contract_permit(struct contract *c, int64_t id)
{
    struct permit p = {.attempt = {id},
                       .e164 = c->e164,
                       .issued_us = c->now_us(c) - CONTRACT_SECOND_US,
                       .expires_us = c->now_us(c) + 20 * CONTRACT_SECOND_US,
                       .purpose = PERMIT_PROSPECT};
    p.seal = permit_seal(&p);
    return p;
}

static int contract_place_with(struct contract *c, const struct permit *p,
                               uint64_t to, const char *trunk)
{
    struct call_spec s = {.attempt = p->attempt,
                          .to = to,
                          .trunk = trunk,
                          .caller_id = "+12125550199",
                          .ring_timeout_ms = c->ring_ms ? c->ring_ms : 20000};
    struct err e = {0};
    c->inside = true;
    int rc = c->port->place(c->port->self, p, &s, &e);
    c->inside = false;
    return rc;
}

static int contract_place(struct contract *c, int64_t id)
{
    struct permit p = contract_permit(c, id);
    return contract_place_with(c, &p, p.e164, c->trunk);
}

static int contract_play(struct contract *c, int64_t id, uint32_t tag)
{
    struct prompt p = {.kind = c->beeps ? PROMPT_BEEP : PROMPT_TEXT,
                       .text = str_of(c->beeps ? "" : "one, two, three"),
                       .voice = str_of("en")};
    c->inside = true;
    int rc = c->port->play(c->port->self, (struct attempt_id){id}, &p, 1, tag);
    c->inside = false;
    return rc;
}

static void contract_hangup(struct contract *c, int64_t id)
{
    c->inside = true;
    c->port->hangup(c->port->self, (struct attempt_id){id}, HANGUP_NORMAL);
    c->inside = false;
}

/* The event of a kind that a call has; fails after ms without it. */
static const struct carrier_event *
contract_wait(struct contract *c, enum carrier_event_kind kind, int64_t id)
{
    int from = 0;
    for (int turn = 0; turn < 2000; turn++) {
        for (; from < c->n; from++)
            if (c->ev[from].kind == kind && c->ev[from].attempt.v == id)
                return &c->ev[from];
        c->wait(c, 20);
    }
    fail_msg("no event %d of call %d", (int)kind, (int)id);
    return NULL;
}

static int contract_count(const struct contract *c, enum carrier_event_kind k)
{
    int n = 0;
    for (int i = 0; i < c->n; i++)
        n += c->ev[i].kind == k;
    return n;
}

static void contract_pass(struct contract *c, int times)
{
    while (times-- > 0)
        c->wait(c, 20);
}

static void contract_refuses_bad_permits(void **state)
{
    (void)state;
    struct contract *c = contract_make();
    struct permit p = contract_permit(c, 1), bad = p;
    unsigned room = c->port->room(c->port->self, c->trunk, c->now_us(c));
    assert_true(room > 0);
    bad.expires_us = c->now_us(c) - 1;
    bad.seal = permit_seal(&bad);
    assert_int_equal(contract_place_with(c, &bad, bad.e164, c->trunk),
                     TM_EEXPIRED);
    bad = p;
    bad.seal ^= 1;
    assert_int_equal(contract_place_with(c, &bad, bad.e164, c->trunk),
                     TM_EEXPIRED);
    assert_int_equal(contract_place_with(c, &p, p.e164 + 1, c->trunk),
                     TM_EINVAL);
    assert_int_equal(contract_place_with(c, &p, p.e164, "no such trunk"),
                     TM_ENETWORK);
    assert_int_equal(
        c->port->room(c->port->self, "no such trunk", c->now_us(c)), 0);
    assert_int_equal(c->port->room(c->port->self, c->trunk, c->now_us(c)),
                     room);
    contract_pass(c, 3);
    assert_int_equal(c->n, 0);
    contract_drop(c);
}

static void contract_busy_call_and_its_permit(void **state)
{
    (void)state;
    struct contract *c = contract_make();
    c->callee(c, CALLEE_BUSY);
    assert_int_equal(contract_place(c, 7), TM_OK);
    assert_int_equal(c->n, 0);
    assert_int_equal(contract_place(c, 7), TM_EEXIST); /* used, and up */
    const struct carrier_event *end = contract_wait(c, CARRIER_ENDED, 7);
    assert_int_equal(end->cause, CAUSE_BUSY);
    assert_int_equal(end->code, 486);
    assert_int_equal(c->ev[0].kind, CARRIER_PLACED);
    assert_true(c->text[0][0] != '\0');
    assert_int_equal(contract_count(c, CARRIER_ANSWERED), 0);
    assert_int_equal(contract_place(c, 7), TM_EEXIST); /* used, and over */
    assert_int_equal(contract_play(c, 7, 1), TM_ESTATE);
    contract_hangup(c, 7);
    int n = c->n;
    contract_pass(c, 5);
    assert_int_equal(c->n, n);
    contract_drop(c);
}

static void contract_plays_and_cuts_off(void **state)
{
    (void)state;
    struct contract *c = contract_make();
    c->callee(c, CALLEE_ANSWERS);
    assert_int_equal(contract_place(c, 9), TM_OK);
    assert_int_equal(contract_play(c, 9, 1), TM_ESTATE);
    const struct carrier_event *up = contract_wait(c, CARRIER_ANSWERED, 9);
    assert_true(c->text[up - c->ev][0] != '\0');
    assert_int_equal(contract_play(c, 9, 1), TM_OK);
    contract_pass(c, 1);
    assert_int_equal(contract_play(c, 9, 2), TM_OK); /* cuts 1 off */
    assert_int_equal(contract_wait(c, CARRIER_PLAYED, 9)->tag, 2);
    assert_int_equal(contract_count(c, CARRIER_PLAYED), 1);
    assert_int_equal(contract_play(c, 9, 3), TM_OK);
    c->port->silence(c->port->self, (struct attempt_id){9});
    contract_pass(c, 10);
    assert_int_equal(contract_count(c, CARRIER_PLAYED), 1);
    contract_hangup(c, 9);
    contract_hangup(c, 9);
    assert_int_equal(contract_play(c, 9, 4), TM_ESTATE);
    assert_int_equal(contract_wait(c, CARRIER_ENDED, 9)->cause, CAUSE_US);
    contract_pass(c, 5);
    assert_int_equal(contract_count(c, CARRIER_ENDED), 1);
    contract_drop(c);
}

static void contract_hangs_up_at_any_time(void **state)
{
    (void)state;
    struct contract *c = contract_make();
    c->callee(c, CALLEE_RINGS);
    unsigned room = c->port->room(c->port->self, c->trunk, c->now_us(c));
    assert_int_equal(contract_place(c, 11), TM_OK);
    assert_true(c->port->room(c->port->self, c->trunk, c->now_us(c)) < room);
    contract_hangup(c, 11); /* before the INVITE had any answer */
    const struct carrier_event *end = contract_wait(c, CARRIER_ENDED, 11);
    assert_int_equal(end->cause, CAUSE_US);
    assert_int_equal(end->code, 487);
    assert_int_equal(c->ev[0].kind, CARRIER_PLACED);
    assert_int_equal(contract_place(c, 12), TM_OK);
    (void)contract_wait(c, CARRIER_RINGING, 12);
    contract_hangup(c, 12);
    end = contract_wait(c, CARRIER_ENDED, 12);
    assert_int_equal(end->cause, CAUSE_US);
    assert_int_equal(end->code, 487);
    contract_hangup(c, 4711); /* unknown */
    contract_pass(c, 5);
    assert_int_equal(contract_count(c, CARRIER_ENDED), 2);
    assert_int_equal(contract_count(c, CARRIER_ANSWERED), 0);
    contract_drop(c);
}

/* The callee has the whole ring time from the first ring on. */
static void contract_ring_time_begins_with_the_ring(void **state)
{
    (void)state;
    struct contract *c = contract_make();
    c->callee(c, CALLEE_RINGS);
    c->ring_ms = 15000;
    assert_int_equal(contract_place(c, 15), TM_OK);
    int64_t rang = contract_wait(c, CARRIER_RINGING, 15)->at_us;
    const struct carrier_event *end = contract_wait(c, CARRIER_ENDED, 15);
    assert_int_equal(end->cause, CAUSE_NO_ANSWER);
    assert_int_equal(end->code, 487);
    assert_true(end->at_us - rang >= 15 * CONTRACT_SECOND_US);
    assert_true(end->at_us - rang < 16 * CONTRACT_SECOND_US);
    contract_drop(c);
}

static void contract_ends_stale_dialogs(void **state)
{
    (void)state;
    struct contract *c = contract_make();
    struct err e = {0};
    c->callee(c, CALLEE_ANSWERS);
    assert_int_equal(c->port->end_stale(c->port->self, str_of("#"), &e),
                     TM_EINVAL);
    assert_true(e.text[0] != '\0');
    assert_int_equal(contract_place(c, 13), TM_OK);
    const struct carrier_event *up = contract_wait(c, CARRIER_ANSWERED, 13);
    assert_int_equal(
        c->port->end_stale(c->port->self, str_of(c->text[up - c->ev]), &e),
        TM_OK);
    contract_drop(c);
}

static int contract_answer(struct contract *c, int64_t id)
{
    c->inside = true;
    int rc = c->port->answer(c->port->self, (struct attempt_id){id}, false);
    c->inside = false;
    return rc;
}

/* Nothing but ENDED comes of the call's name now. */
static void contract_is_over(struct contract *c, int64_t id,
                             enum call_cause cause)
{
    assert_int_equal(contract_wait(c, CARRIER_ENDED, id)->cause, cause);
    assert_int_equal(contract_answer(c, id), TM_ESTATE);
    assert_int_equal(contract_play(c, id, 1), TM_ESTATE);
    contract_hangup(c, id);
    contract_pass(c, 5);
    assert_int_equal(contract_count(c, CARRIER_ENDED), 1);
    assert_int_equal(contract_count(c, CARRIER_PLACED), 0);
}

static void contract_answers_a_caller(void **state)
{
    (void)state;
    struct contract *c = contract_make_called();
    unsigned room = c->port->room(c->port->self, c->trunk, c->now_us(c));
    c->beeps = true;
    c->adopts = 21;
    c->calls_us(c, 60000);
    assert_int_equal(contract_wait(c, CARRIER_INCOMING, 0)->attempt.v, 0);
    assert_true(c->text[0][0] != '\0');
    contract_pass(c, 1);
    assert_true(c->port->room(c->port->self, c->trunk, c->now_us(c)) < room);
    assert_int_equal(contract_play(c, 21, 1), TM_ESTATE);
    assert_int_equal(contract_answer(c, 22), TM_ESTATE);
    assert_int_equal(contract_answer(c, 21), TM_OK);
    assert_int_equal(contract_answer(c, 21), TM_ESTATE);
    const struct carrier_event *up = contract_wait(c, CARRIER_ANSWERED, 21);
    assert_true(c->text[up - c->ev][0] != '\0');
    assert_int_equal(contract_answer(c, 21), TM_ESTATE);
    assert_int_equal(contract_play(c, 21, 3), TM_OK);
    assert_int_equal(contract_wait(c, CARRIER_PLAYED, 21)->tag, 3);
    contract_hangup(c, 21);
    contract_is_over(c, 21, CAUSE_US);
    assert_int_equal(contract_count(c, CARRIER_INCOMING), 1);
    assert_int_equal(c->port->room(c->port->self, c->trunk, c->now_us(c)),
                     room);
    contract_drop(c);
}

static void contract_refuses_a_caller(void **state)
{
    (void)state;
    static const enum hangup_reason why[] = {HANGUP_BUSY, HANGUP_NORMAL};
    for (int i = 0; i < 2; i++) {
        struct contract *c = contract_make_called();
        c->adopts = 23;
        c->calls_us(c, 60000);
        (void)contract_wait(c, CARRIER_INCOMING, 0);
        contract_pass(c, 1);
        c->inside = true;
        c->port->hangup(c->port->self, (struct attempt_id){23}, why[i]);
        c->inside = false;
        contract_is_over(c, 23, CAUSE_US);
        assert_int_equal(contract_count(c, CARRIER_ANSWERED), 0);
        contract_drop(c);
    }
}

static void contract_caller_gives_up(void **state)
{
    (void)state;
    struct contract *c = contract_make_called();
    c->adopts = 24;
    c->calls_us(c, 300);
    (void)contract_wait(c, CARRIER_INCOMING, 0);
    contract_is_over(c, 24, CAUSE_CALLEE);
    contract_drop(c);
}

static void contract_nobody_takes_the_call(void **state)
{
    (void)state;
    struct contract *c = contract_make_called();
    unsigned room = c->port->room(c->port->self, c->trunk, c->now_us(c));
    c->calls_us(c, 60000);
    (void)contract_wait(c, CARRIER_INCOMING, 0);
    contract_pass(c, 10);
    assert_int_equal(c->n, 1);
    assert_int_equal(c->port->room(c->port->self, c->trunk, c->now_us(c)),
                     room);
    contract_drop(c);
}

#define CONTRACT_TESTS                                                         \
    cmocka_unit_test(contract_refuses_bad_permits),                            \
        cmocka_unit_test(contract_busy_call_and_its_permit),                   \
        cmocka_unit_test(contract_plays_and_cuts_off),                         \
        cmocka_unit_test(contract_hangs_up_at_any_time),                       \
        cmocka_unit_test(contract_ring_time_begins_with_the_ring),             \
        cmocka_unit_test(contract_ends_stale_dialogs),                         \
        cmocka_unit_test(contract_answers_a_caller),                           \
        cmocka_unit_test(contract_refuses_a_caller),                           \
        cmocka_unit_test(contract_caller_gives_up),                            \
        cmocka_unit_test(contract_nobody_takes_the_call)
