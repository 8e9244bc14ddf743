-- Who said what a call was: not always who took it last.
ALTER TABLE attempt ADD COLUMN disposed_by INTEGER NOT NULL DEFAULT 0;
UPDATE attempt SET disposed_by = agent WHERE disposition <> '';
