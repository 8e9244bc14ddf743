-- Records that the law wants kept, legal holds, and what was handed out.

-- Every plan a campaign was loaded with: its script and its recorded messages
-- (16 CFR 310.5(a)(1)-(2)). The triggers keep it, whoever loads a plan.
CREATE TABLE plan_version (
    tenant    INTEGER NOT NULL,
    campaign  INTEGER NOT NULL,
    version   INTEGER NOT NULL, -- 1 is the first
    loaded_us INTEGER NOT NULL,
    plan      TEXT NOT NULL,
    PRIMARY KEY (tenant, campaign, version)
) STRICT, WITHOUT ROWID;
INSERT INTO plan_version (tenant, campaign, version, loaded_us, plan)
    SELECT tenant, id, 1, loaded_us, plan FROM campaign;
CREATE TRIGGER plan_version_first AFTER INSERT ON campaign
BEGIN
    INSERT INTO plan_version (tenant, campaign, version, loaded_us, plan)
        VALUES (new.tenant, new.id, 1, new.loaded_us, new.plan);
END;
CREATE TRIGGER plan_version_next AFTER UPDATE OF plan ON campaign
WHEN new.plan <> old.plan
BEGIN
    INSERT INTO plan_version (tenant, campaign, version, loaded_us, plan)
        SELECT new.tenant, new.id, 1 + max(version), new.loaded_us, new.plan
        FROM plan_version WHERE tenant = new.tenant AND campaign = new.id;
END;
CREATE TRIGGER plan_version_is_evidence BEFORE UPDATE ON plan_version
BEGIN SELECT RAISE(ABORT, 'a plan that was used is never changed'); END;

-- Legal holds. One that stands cannot be deleted; its end is a row of its own.
CREATE TABLE hold (
    tenant   INTEGER NOT NULL,
    id       INTEGER NOT NULL,
    name     TEXT NOT NULL,
    e164     INTEGER NOT NULL DEFAULT 0, -- one of these three is set
    campaign INTEGER NOT NULL DEFAULT 0,
    seller   INTEGER NOT NULL DEFAULT 0,
    reason   TEXT NOT NULL,
    added_us INTEGER NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE hold_end (
    tenant      INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    released_us INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE VIEW hold_active AS
    SELECT h.* FROM hold h WHERE NOT EXISTS
    (SELECT 1 FROM hold_end x WHERE x.tenant = h.tenant AND x.id = h.id);
-- One exception: the number of a released one, when the person is erased.
CREATE TRIGGER hold_is_evidence BEFORE UPDATE ON hold
WHEN NOT (new.e164 = 0 AND new.tenant = old.tenant AND new.id = old.id
          AND new.name = old.name AND new.campaign = old.campaign
          AND new.seller = old.seller AND new.reason = old.reason
          AND new.added_us = old.added_us
          AND EXISTS (SELECT 1 FROM hold_end x
                      WHERE x.tenant = old.tenant AND x.id = old.id))
BEGIN SELECT RAISE(ABORT, 'a legal hold is never changed'); END;
CREATE TRIGGER hold_stays BEFORE DELETE ON hold
BEGIN SELECT RAISE(ABORT, 'a legal hold is released, not deleted'); END;
CREATE TRIGGER hold_end_stays BEFORE DELETE ON hold_end
BEGIN SELECT RAISE(ABORT, 'the end of a legal hold is not deleted'); END;
CREATE TRIGGER hold_end_is_evidence BEFORE UPDATE ON hold_end
BEGIN SELECT RAISE(ABORT, 'the end of a legal hold is never changed'); END;

-- Recordings whose calls were erased: the files go when that is committed, also
-- after a crash in between.
CREATE TABLE recording_gone (
    attempt INTEGER NOT NULL PRIMARY KEY
) STRICT;

-- What was handed out, because a later erasure must be told about it.
CREATE TABLE export (
    tenant   INTEGER NOT NULL,
    id       INTEGER NOT NULL,
    kind     TEXT NOT NULL, -- records, person
    number   BLOB NOT NULL, -- of a person: hashed as in the journal
    seller   INTEGER NOT NULL DEFAULT 0,
    from_us  INTEGER NOT NULL DEFAULT 0, -- of records: in [from, until)
    until_us INTEGER NOT NULL DEFAULT 0,
    path     TEXT NOT NULL, -- folder of records, file of a person
    made_us  INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX export_number ON export (tenant, number, id);

-- What the law obliges us to keep of a person that was erased, and no more.
-- Nothing but the export of records reads it.
CREATE TABLE kept (
    tenant      INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    kind        TEXT NOT NULL, -- consent, relationship
    seller      INTEGER NOT NULL,
    e164        INTEGER NOT NULL,
    name        TEXT NOT NULL,
    word        TEXT NOT NULL, -- type of consent; transaction inquiry gift
    given       TEXT NOT NULL, -- date, '' unknown
    channels    INTEGER NOT NULL,
    ended_us    INTEGER NOT NULL,
    source      TEXT NOT NULL, -- file and row it came from
    recorded_us INTEGER NOT NULL,
    until_us    INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_number ON kept (tenant, e164, id);
CREATE TRIGGER kept_is_evidence BEFORE UPDATE ON kept
BEGIN SELECT RAISE(ABORT, 'what the law keeps is never changed'); END;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('plan_version', 'plan_version', '100 100 2 1'),
    ('hold', 'hold', '20 20 1'),
    ('hold_end', 'hold_end', '10 10 1'),
    ('export', 'export', '1000 1000 1'),
    ('export', 'export_number', '1000 1000 10 1'),
    ('kept', 'kept', '10000 10000 1'),
    ('kept', 'kept_number', '10000 10000 2 1');
ANALYZE sqlite_schema;
