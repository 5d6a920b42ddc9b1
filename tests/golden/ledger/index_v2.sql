-- An index as its schema version 2 made it. Never changed: it is what older builds left behind.
CREATE TABLE runs(
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL UNIQUE,
  checkout_id TEXT NOT NULL,
  sha TEXT NOT NULL,
  seq INTEGER NOT NULL,
  content TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  verdict TEXT,
  state INTEGER NOT NULL,
  stamp TEXT NOT NULL,
  trouble TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  summary TEXT NOT NULL);
CREATE INDEX runs_by_checkout ON runs(checkout_id, run_id);
CREATE INDEX runs_by_content ON runs(content);
CREATE INDEX runs_to_read ON runs(state) WHERE state < 2;
CREATE TABLE names(
  id INTEGER PRIMARY KEY,
  checkout_id TEXT NOT NULL,
  name TEXT NOT NULL,
  UNIQUE(checkout_id, name));
CREATE TABLE attempts(
  name INTEGER NOT NULL,
  run INTEGER NOT NULL,
  n INTEGER NOT NULL,
  status TEXT NOT NULL,
  duration_ms INTEGER,
  PRIMARY KEY(name, run, n)) WITHOUT ROWID;
CREATE INDEX red_attempts ON attempts(name, run, n) WHERE status IN ('failed', 'errored');
CREATE TABLE marks(key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
ALTER TABLE names ADD COLUMN ended INTEGER NOT NULL DEFAULT 0;
ALTER TABLE names ADD COLUMN ok INTEGER NOT NULL DEFAULT 0;
ALTER TABLE names ADD COLUMN red INTEGER NOT NULL DEFAULT 0;
INSERT INTO runs VALUES(1,'00000001000000000000000000','0123456789abcdef','26d2c2d0c0ffee00c0ffee00c0ffee00c0ffee00',1,'26d2c2d0c0ffee00c0ffee00c0ffee00c0ffee00',1000,'failed',2,'10.1 20.2','',4096,'{"run_id":"00000001000000000000000000","ref":"26d2c2d#1","sha":"26d2c2d0c0ffee00c0ffee00c0ffee00c0ffee00","dirty":false,"pipeline":"all","checkout":"/home/me/work","started_at":1000,"finished_at":1005,"verdict":"failed","live":false,"nodes":1,"red":[]}');
INSERT INTO runs VALUES(2,'00000002000000000000000000','0123456789abcdef','26d2c2d0c0ffee00c0ffee00c0ffee00c0ffee00',2,'26d2c2d0c0ffee00c0ffee00c0ffee00c0ffee00',2000,'passed',2,'10.1 20.2','',4096,'{"run_id":"00000002000000000000000000","ref":"26d2c2d#2","sha":"26d2c2d0c0ffee00c0ffee00c0ffee00c0ffee00","dirty":false,"pipeline":"all","checkout":"/home/me/work","started_at":2000,"finished_at":2005,"verdict":"passed","live":false,"nodes":1,"red":[]}');
INSERT INTO names VALUES(1,'0123456789abcdef','build@x86_64-linux',2,1,1);
INSERT INTO attempts VALUES(1,1,1,'failed',500);
INSERT INTO attempts VALUES(1,2,1,'ok',400);
INSERT INTO marks VALUES('folders_ms',0);
CREATE TRIGGER attempt_put AFTER INSERT ON attempts BEGIN
  UPDATE names SET ended = ended + 1, ok = ok + (NEW.status = 'ok'),
    red = red + (NEW.status IN ('failed', 'errored')) WHERE id = NEW.name;
END;
CREATE TRIGGER attempt_dropped AFTER DELETE ON attempts BEGIN
  UPDATE names SET ended = ended - 1, ok = ok - (OLD.status = 'ok'),
    red = red - (OLD.status IN ('failed', 'errored')) WHERE id = OLD.name;
END;
PRAGMA user_version = 2;
