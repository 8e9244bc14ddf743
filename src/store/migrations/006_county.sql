-- The county of a lead's address: emergencies of New York are declared by
-- county (N.Y. Gen. Bus. Law 399-z(5-a)).
ALTER TABLE lead ADD COLUMN county TEXT NOT NULL DEFAULT '';
