-- Agents: who they are, what they did, and which calls they took.

-- Who takes calls. A removed one keeps his row: his name is part of the
-- records of his calls (16 CFR 310.5(a)(4)), and his name may be given again.
-- The password of his telephone is never here, only its hash for one realm
-- (RFC 7616, 3.4.2: H(user:realm:password)).
CREATE TABLE agent (
    tenant     INTEGER NOT NULL,
    id         INTEGER NOT NULL,
    name       TEXT NOT NULL, -- also the user at the registrar
    leg        TEXT NOT NULL, -- permanent, per_call
    e164       INTEGER NOT NULL, -- his telephone or his extension
    trunk      TEXT NOT NULL, -- '': he registers here
    skills     TEXT NOT NULL, -- words with commas
    realm      TEXT NOT NULL,
    ha1_md5    TEXT NOT NULL, -- hex; '' none
    ha1_sha256 TEXT NOT NULL,
    disabled   INTEGER NOT NULL DEFAULT 0,
    added_us   INTEGER NOT NULL,
    changed_us INTEGER NOT NULL,
    removed_us INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX agent_name ON agent (tenant, name) WHERE removed_us = 0;
CREATE TRIGGER agent_stays BEFORE DELETE ON agent
BEGIN SELECT RAISE(ABORT, 'an agent is removed, not deleted'); END;

-- The campaigns he works in; none: all.
CREATE TABLE agent_campaign (
    tenant   INTEGER NOT NULL,
    agent    INTEGER NOT NULL,
    campaign INTEGER NOT NULL,
    PRIMARY KEY (tenant, agent, campaign)
) STRICT, WITHOUT ROWID;

-- What an agent did, one row a state that lasted; signed out is no row.
CREATE TABLE agent_event (
    id       INTEGER NOT NULL PRIMARY KEY,
    tenant   INTEGER NOT NULL,
    agent    INTEGER NOT NULL,
    state    TEXT NOT NULL,
    reason   TEXT NOT NULL, -- of a pause
    from_us  INTEGER NOT NULL,
    until_us INTEGER NOT NULL DEFAULT 0, -- 0: still
    campaign INTEGER NOT NULL, -- of his call, preview or wrap-up
    attempt  INTEGER NOT NULL
) STRICT;
CREATE INDEX agent_event_of ON agent_event (tenant, agent, from_us);
CREATE INDEX agent_event_campaign ON agent_event (tenant, campaign, from_us);
CREATE INDEX agent_event_open ON agent_event (tenant, agent)
    WHERE until_us = 0;

-- Calls to agents' own telephones. Their ids are of the same row of numbers
-- as attempts: none is used twice.
CREATE TABLE staff_leg (
    tenant      INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    agent       INTEGER NOT NULL,
    e164        INTEGER NOT NULL,
    recorded_us INTEGER NOT NULL,
    answered_us INTEGER NOT NULL DEFAULT 0,
    ended_us    INTEGER NOT NULL DEFAULT 0,
    code        INTEGER NOT NULL DEFAULT 0,
    cause       TEXT NOT NULL DEFAULT '',
    dialog      BLOB, -- what a BYE needs, while the call is up
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_leg_open ON staff_leg (tenant, id) WHERE ended_us = 0;

-- Who talked with whom; a second row when the first agent was lost.
CREATE TABLE bridge (
    tenant   INTEGER NOT NULL,
    attempt  INTEGER NOT NULL,
    at_us    INTEGER NOT NULL,
    agent    INTEGER NOT NULL,
    campaign INTEGER NOT NULL,
    wait_ms  INTEGER NOT NULL, -- end of the greeting to the agent
    PRIMARY KEY (tenant, attempt, at_us, agent)
) STRICT, WITHOUT ROWID;
CREATE INDEX bridge_campaign ON bridge (tenant, campaign, attempt);

-- Of the call: who took it last, since when, how long the person waited for
-- the first, and what the agent said it was.
ALTER TABLE attempt ADD COLUMN agent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempt ADD COLUMN bridged_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempt ADD COLUMN wait_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempt ADD COLUMN disposition TEXT NOT NULL DEFAULT '';

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('agent', 'agent', '100 100 1'),
    ('agent_campaign', 'agent_campaign', '200 200 2 1'),
    ('agent_event', 'agent_event_of', '1000000 1000000 10000 1'),
    ('agent_event', 'agent_event_campaign', '1000000 1000000 100000 1'),
    ('agent_event', 'agent_event_open', '100 100 1'),
    ('staff_leg', 'staff_leg', '100000 100000 1'),
    ('staff_leg', 'staff_leg_open', '100 100 1'),
    ('bridge', 'bridge', '1000000 1000000 1 1 1'),
    ('bridge', 'bridge_campaign', '1000000 1000000 100000 1');
ANALYZE sqlite_schema;
