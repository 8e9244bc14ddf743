-- How a campaign dials when it was told otherwise than its file says. It holds
-- for the file it was said of: another file's own words count again.
CREATE TABLE campaign_pacing (
    tenant    INTEGER NOT NULL,
    campaign  INTEGER NOT NULL,
    plan      TEXT NOT NULL, -- hash of the campaign file's text
    mode      TEXT NOT NULL,
    pacing    TEXT NOT NULL, -- as in a campaign file
    limit_ppm INTEGER NOT NULL, -- of the live answers
    at_us     INTEGER NOT NULL,
    PRIMARY KEY (tenant, campaign)
) STRICT, WITHOUT ROWID;
