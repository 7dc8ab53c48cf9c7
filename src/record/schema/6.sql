-- Version 6. Letters that one person released in an emergency. The event has no table, and names nobody who is written to;
-- an earlier program would not know that a second person still has to approve.
-- Some events have no table. The event of a plan says which of its letters are to care providers and to
-- professionals, by place in the job; what somebody notes of a provider is an event of its own, under the provider's
-- pseudonym, which means nothing after a purge. So are notices by mail and what became of them; their words and addresses
-- are papers of their run.

-- What humans said of people and rows that are held, by keyed marks. `seen`: a mark of everything that was to be
-- seen of them; what was said holds for nothing else (NULL: whatever the rows say). `sealed`: corrected cells, readable with
-- the campaign's key alone. `opinion`: counts alone, is the first of two, or the second. Lines are only added; the latest
-- counts. About people: they go with a purge.
CREATE TABLE judgement (
    anchor  BLOB NOT NULL CHECK (length(anchor) = 16),
    kind    TEXT NOT NULL,
    event   INTEGER NOT NULL REFERENCES audit (seq),
    answer  TEXT NOT NULL,
    seen    BLOB CHECK (length(seen) = 16),
    person  BLOB CHECK (length(person) = 16),
    opinion TEXT NOT NULL CHECK (opinion IN ('alone', 'first', 'second')),
    sealed  BLOB NOT NULL,
    PRIMARY KEY (anchor, kind, event)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER judgement_kept BEFORE UPDATE ON judgement
BEGIN SELECT RAISE(ABORT, 'judgements are never changed'); END;
CREATE TRIGGER judgement_stays BEFORE DELETE ON judgement
WHEN NOT EXISTS (SELECT 1 FROM campaign WHERE state = 'purging')
BEGIN SELECT RAISE(ABORT, 'judgements are deleted by a purge only'); END;
