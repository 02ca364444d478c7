-- A database of some 50 MB: filled in a transaction, indexed, asked, half of it deleted, vacuumed.
PRAGMA journal_mode;
CREATE TABLE words(id INTEGER PRIMARY KEY, word TEXT, n INTEGER, filler BLOB);
BEGIN;
WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 200000)
INSERT INTO words SELECT x, printf('word-%d', (x * 7919) % 200003), x % 1000, zeroblob(200) FROM c;
COMMIT;
CREATE INDEX by_word ON words(word);
SELECT count(*), sum(n), max(word) FROM words;
SELECT id FROM words WHERE word = 'word-4711';
SELECT n, count(*) FROM words GROUP BY n ORDER BY 2 DESC, 1 LIMIT 3;
SELECT page_count * page_size > 50000000 FROM pragma_page_count(), pragma_page_size();
BEGIN; DELETE FROM words; ROLLBACK;
DELETE FROM words WHERE id % 2;
PRAGMA journal_mode = WAL;
UPDATE words SET n = n + 1;
PRAGMA wal_checkpoint(TRUNCATE);
PRAGMA journal_mode = DELETE;
VACUUM;
PRAGMA integrity_check;
SELECT count(*), sum(n) FROM words;
