-- Version 4: what the vendor says of pieces. The events have the files, the acknowledgements, the stops and the vendor's
-- answers; here is what is about single letters, by job and place in it. Rows are only added: the state of a piece is a
-- fold over them. About people: they go with a purge.

-- One row of a production.csv about one copy of a letter. Times in seconds of Unix time; `again`: the file has said the
-- same before; `planned`: sheets of the letter as it was set.
CREATE TABLE piece (
    job         INTEGER NOT NULL,
    seq         INTEGER NOT NULL CHECK (seq >= 1),
    event       INTEGER NOT NULL REFERENCES audit (seq),
    line        INTEGER NOT NULL CHECK (line >= 1),
    step        TEXT NOT NULL CHECK (step IN ('printed', 'inserted', 'posted', 'spoilt', 'destroyed')),
    reprint_no  INTEGER NOT NULL CHECK (reprint_no >= 0),
    again       INTEGER NOT NULL CHECK (again IN (0, 1)),
    printed_at  INTEGER,
    inserted_at INTEGER,
    posted_at   INTEGER,
    sheets_read INTEGER CHECK (sheets_read >= 0),
    sheets      INTEGER CHECK (sheets >= 1),
    planned     INTEGER NOT NULL CHECK (planned >= 1),
    tray        TEXT,
    repaired    INTEGER CHECK (repaired IN (0, 1)),
    checks      TEXT,
    PRIMARY KEY (job, seq, event, line)
) STRICT, WITHOUT ROWID;

-- One row of a returns.csv. `address`: a keyed mark of the address that the letter was mailed to, where it is known.
CREATE TABLE returned (
    job     INTEGER NOT NULL,
    seq     INTEGER NOT NULL CHECK (seq >= 1),
    event   INTEGER NOT NULL REFERENCES audit (seq),
    reason  TEXT NOT NULL
        CHECK (reason IN ('moved', 'unknown', 'refused', 'deceased', 'incomplete', 'damaged', 'other')),
    on_date TEXT NOT NULL,
    address BLOB CHECK (length(address) = 16),
    PRIMARY KEY (job, seq, event, reason)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER piece_kept BEFORE UPDATE ON piece BEGIN SELECT RAISE(ABORT, 'receipts are never changed'); END;
CREATE TRIGGER piece_stays BEFORE DELETE ON piece
WHEN NOT EXISTS (SELECT 1 FROM campaign WHERE state = 'purging')
BEGIN SELECT RAISE(ABORT, 'receipts are deleted by a purge only'); END;
CREATE TRIGGER returned_kept BEFORE UPDATE ON returned BEGIN SELECT RAISE(ABORT, 'returns are never changed'); END;
CREATE TRIGGER returned_stays BEFORE DELETE ON returned
WHEN NOT EXISTS (SELECT 1 FROM campaign WHERE state = 'purging')
BEGIN SELECT RAISE(ABORT, 'returns are deleted by a purge only'); END;
