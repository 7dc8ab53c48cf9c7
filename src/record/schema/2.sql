-- Version 2: what humans decided about pairs of records, by keyed marks, the lower one first. The latest word about a
-- pair counts. About people: it goes with a purge.
CREATE TABLE decision (
    one    BLOB NOT NULL CHECK (length(one) = 16),
    other  BLOB NOT NULL CHECK (length(other) = 16 AND other > one),
    event  INTEGER NOT NULL REFERENCES audit (seq),
    ruling TEXT NOT NULL CHECK (ruling IN ('same', 'different', 'undecided')),
    PRIMARY KEY (one, other, event)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER decision_kept BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'decisions are never changed'); END;
CREATE TRIGGER decision_stays BEFORE DELETE ON decision
WHEN NOT EXISTS (SELECT 1 FROM campaign WHERE state = 'purging')
BEGIN SELECT RAISE(ABORT, 'decisions are deleted by a purge only'); END;

CREATE TRIGGER campaign_begins BEFORE INSERT ON campaign
WHEN NEW.state IS NOT 'open'
BEGIN SELECT RAISE(ABORT, 'campaigns begin open'); END;
