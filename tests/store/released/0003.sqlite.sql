BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE api_key (
	id VARCHAR NOT NULL, 
	digest VARCHAR NOT NULL, 
	document TEXT NOT NULL, 
	last_used_at DATETIME, 
	revoked_at DATETIME, 
	CONSTRAINT pk_api_key PRIMARY KEY (id), 
	CONSTRAINT uq_api_key_digest UNIQUE (digest)
);
INSERT INTO "api_key" VALUES('a-id','a-digest','a document, it''s “said”','2026-11-23 12:30:15.000000','2026-11-23 12:30:15.000000');
CREATE TABLE article (
	"key" VARCHAR NOT NULL, 
	digest VARCHAR NOT NULL, 
	url TEXT, 
	title TEXT NOT NULL, 
	first_seen DATETIME NOT NULL, 
	changed_at DATETIME NOT NULL, 
	decision INTEGER, 
	fingerprint VARCHAR, 
	CONSTRAINT pk_article PRIMARY KEY ("key"), 
	CONSTRAINT fk_article_digest FOREIGN KEY(digest) REFERENCES article_text (digest)
);
INSERT INTO "article" VALUES('a-key','a-digest','a url, it''s “said”','a title, it''s “said”','2026-11-23 12:30:15.000000','2026-11-23 12:30:15.000000',1,'a-fingerprint');
CREATE TABLE article_text (
	digest VARCHAR NOT NULL, 
	title TEXT NOT NULL, 
	body TEXT NOT NULL, 
	sentences TEXT NOT NULL, 
	words INTEGER NOT NULL, 
	removed TEXT NOT NULL, 
	warnings TEXT NOT NULL, 
	kept_at DATETIME NOT NULL, 
	CONSTRAINT pk_article_text PRIMARY KEY (digest)
);
INSERT INTO "article_text" VALUES('a-digest','a title, it''s “said”','a body, it''s “said”','a sentences, it''s “said”',1,'a removed, it''s “said”','a warnings, it''s “said”','2026-11-23 12:30:15.000000');
CREATE TABLE article_version (
	seq INTEGER NOT NULL, 
	article VARCHAR NOT NULL, 
	digest VARCHAR NOT NULL, 
	title TEXT NOT NULL, 
	url TEXT, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_article_version PRIMARY KEY (seq)
);
INSERT INTO "article_version" VALUES(1,'a-article','a-digest','a title, it''s “said”','a url, it''s “said”','2026-11-23 12:30:15.000000');
CREATE TABLE asking_again (
	article VARCHAR NOT NULL, 
	digest VARCHAR NOT NULL, 
	tries INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	since DATETIME NOT NULL, 
	due DATETIME NOT NULL, payer VARCHAR, 
	CONSTRAINT pk_asking_again PRIMARY KEY (article)
);
INSERT INTO "asking_again" VALUES('a-article','a-digest',1,'a reason, it''s “said”','2026-11-23 12:30:15.000000','2026-11-23 12:30:15.000000','a-payer');
CREATE TABLE assignment (
	decision INTEGER NOT NULL, 
	category VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	decided_by VARCHAR NOT NULL, 
	score FLOAT NOT NULL, 
	reasons TEXT NOT NULL, 
	CONSTRAINT pk_assignment PRIMARY KEY (decision, category), 
	CONSTRAINT fk_assignment_decision FOREIGN KEY(decision) REFERENCES decision (seq)
);
INSERT INTO "assignment" VALUES(1,'a-category','a-kind','a-status','a-decided_by',0.25,'a reasons, it''s “said”');
CREATE TABLE attempt (
	id VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	job VARCHAR, 
	status VARCHAR NOT NULL, 
	document TEXT NOT NULL, 
	CONSTRAINT pk_attempt PRIMARY KEY (id)
);
INSERT INTO "attempt" VALUES('a-id','2026-11-23 12:30:15.000000','a-job','a-status','a document, it''s “said”');
CREATE TABLE batch (
	id VARCHAR NOT NULL, 
	job VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	provider_id VARCHAR, 
	input_file VARCHAR, 
	lines INTEGER NOT NULL, 
	tokens BIGINT NOT NULL, 
	tries INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_batch PRIMARY KEY (id)
);
INSERT INTO "batch" VALUES('a-id','a-job','a-state','a-provider_id','a-input_file',1,1,1,'a reason, it''s “said”','2026-11-23 12:30:15.000000');
CREATE TABLE batch_line (
	job VARCHAR NOT NULL, 
	id VARCHAR NOT NULL, 
	batch VARCHAR, 
	state VARCHAR NOT NULL, 
	body TEXT NOT NULL, 
	tokens BIGINT NOT NULL, 
	attempt VARCHAR, 
	reply TEXT, 
	tries INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_batch_line PRIMARY KEY (job, id)
);
INSERT INTO "batch_line" VALUES('a-job','a-id','a-batch','a-state','a body, it''s “said”',1,'a-attempt','a reply, it''s “said”',1,'a reason, it''s “said”');
CREATE TABLE callback (
	id VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	decision VARCHAR NOT NULL, 
	body TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	state VARCHAR NOT NULL, 
	due_at DATETIME NOT NULL, 
	tries INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_callback PRIMARY KEY (id)
);
INSERT INTO "callback" VALUES('a-id','a-source','a-decision','a body, it''s “said”','2026-11-23 12:30:15.000000','a-state','2026-11-23 12:30:15.000000',1,'a reason, it''s “said”');
CREATE TABLE cms_article (
	article VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	newest_at DATETIME, 
	digest VARCHAR, cms_id VARCHAR, locale VARCHAR, 
	CONSTRAINT pk_cms_article PRIMARY KEY (article)
);
INSERT INTO "cms_article" VALUES('a-article','a-source','2026-11-23 12:30:15.000000','a-digest','a-cms_id','a-locale');
CREATE TABLE cms_write (
	seq INTEGER NOT NULL, 
	source VARCHAR NOT NULL, 
	article VARCHAR NOT NULL, 
	delivery VARCHAR, 
	decision VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	state VARCHAR NOT NULL, 
	"before" TEXT NOT NULL, 
	"after" TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_cms_write PRIMARY KEY (seq)
);
INSERT INTO "cms_write" VALUES(1,'a-source','a-article','a-delivery','a-decision','2026-11-23 12:30:15.000000','a-state','a before, it''s “said”','a after, it''s “said”','a reason, it''s “said”');
CREATE TABLE decision (
	seq INTEGER NOT NULL, 
	id VARCHAR NOT NULL, 
	article VARCHAR NOT NULL, 
	digest VARCHAR NOT NULL, 
	fingerprint VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	taxonomy_version VARCHAR NOT NULL, 
	degraded BOOLEAN NOT NULL, 
	job VARCHAR, 
	document TEXT NOT NULL, 
	CONSTRAINT pk_decision PRIMARY KEY (seq), 
	CONSTRAINT fk_decision_digest FOREIGN KEY(digest) REFERENCES article_text (digest), 
	CONSTRAINT uq_decision_article_fingerprint UNIQUE (article, fingerprint), 
	CONSTRAINT uq_decision_id UNIQUE (id)
);
INSERT INTO "decision" VALUES(1,'a-id','a-article','a-digest','a-fingerprint','2026-11-23 12:30:15.000000','a-taxonomy_version',1,'a-job','a document, it''s “said”');
CREATE TABLE delivery (
	id VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	"key" VARCHAR NOT NULL, 
	received_at DATETIME NOT NULL, 
	events TEXT NOT NULL, 
	state VARCHAR NOT NULL, 
	due_at DATETIME NOT NULL, 
	tries INTEGER NOT NULL, 
	executor VARCHAR, 
	outcomes TEXT NOT NULL, 
	reason TEXT NOT NULL, turn INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_delivery PRIMARY KEY (id), 
	CONSTRAINT uq_delivery_source_key UNIQUE (source, "key")
);
INSERT INTO "delivery" VALUES('a-id','a-source','a-key','2026-11-23 12:30:15.000000','a events, it''s “said”','a-state','2026-11-23 12:30:15.000000',1,'a-executor','a outcomes, it''s “said”','a reason, it''s “said”',1);
CREATE TABLE file_write (
	job VARCHAR NOT NULL, 
	number INTEGER NOT NULL, 
	article VARCHAR NOT NULL, 
	path TEXT NOT NULL, 
	"before" VARCHAR NOT NULL, 
	"after" VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	reason TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_file_write PRIMARY KEY (job, number), 
	CONSTRAINT fk_file_write_job FOREIGN KEY(job) REFERENCES job (id)
);
INSERT INTO "file_write" VALUES('a-id',1,'a-article','a path, it''s “said”','a-before','a-after','a-state','a reason, it''s “said”','2026-11-23 12:30:15.000000');
CREATE TABLE item (
	job VARCHAR NOT NULL, 
	number INTEGER NOT NULL, 
	article VARCHAR NOT NULL, 
	digest VARCHAR NOT NULL, 
	path TEXT, 
	raw VARCHAR, 
	state VARCHAR NOT NULL, 
	tries INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	"before" VARCHAR, 
	"after" VARCHAR, 
	calls INTEGER NOT NULL, 
	input_tokens BIGINT NOT NULL, 
	cached_tokens BIGINT NOT NULL, 
	output_tokens BIGINT NOT NULL, 
	cost_usd FLOAT, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_item PRIMARY KEY (job, number), 
	CONSTRAINT fk_item_job FOREIGN KEY(job) REFERENCES job (id)
);
INSERT INTO "item" VALUES('a-id',1,'a-article','a-digest','a path, it''s “said”','a-raw','a-state',1,'a reason, it''s “said”','a-before','a-after',1,1,1,1,0.25,'2026-11-23 12:30:15.000000');
CREATE TABLE job (
	seq INTEGER NOT NULL, 
	id VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	finished_at DATETIME, 
	state VARCHAR NOT NULL, 
	reason TEXT NOT NULL, 
	recipe TEXT NOT NULL, 
	"plan" TEXT NOT NULL, 
	CONSTRAINT pk_job PRIMARY KEY (seq), 
	CONSTRAINT uq_job_id UNIQUE (id)
);
INSERT INTO "job" VALUES(1,'a-id','2026-11-23 12:30:15.000000','2026-11-23 12:30:15.000000','a-state','a reason, it''s “said”','a recipe, it''s “said”','a plan, it''s “said”');
CREATE TABLE lease (
	name VARCHAR NOT NULL, 
	holder VARCHAR, 
	until FLOAT NOT NULL, 
	CONSTRAINT pk_lease PRIMARY KEY (name)
);
INSERT INTO "lease" VALUES('a-name','a-holder',0.25);
CREATE TABLE reading (
	raw VARCHAR NOT NULL, 
	digest VARCHAR NOT NULL, 
	article_id VARCHAR, 
	url TEXT, 
	CONSTRAINT pk_reading PRIMARY KEY (raw)
);
INSERT INTO "reading" VALUES('a-raw','a-digest','a-article_id','a url, it''s “said”');
CREATE TABLE secret (
	id VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	use VARCHAR NOT NULL, 
	value TEXT NOT NULL, 
	added_at DATETIME NOT NULL, 
	until DATETIME, 
	CONSTRAINT pk_secret PRIMARY KEY (id)
);
INSERT INTO "secret" VALUES('a-id','a-source','a-use','a value, it''s “said”','2026-11-23 12:30:15.000000','2026-11-23 12:30:15.000000');
CREATE TABLE session (
	digest VARCHAR NOT NULL, 
	api_key VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	CONSTRAINT pk_session PRIMARY KEY (digest)
);
INSERT INTO "session" VALUES('a-digest','a-api_key','2026-11-23 12:30:15.000000','2026-11-23 12:30:15.000000');
CREATE TABLE source (
	name VARCHAR NOT NULL, 
	document TEXT NOT NULL, 
	CONSTRAINT pk_source PRIMARY KEY (name)
);
INSERT INTO "source" VALUES('a-name','a document, it''s “said”');
CREATE TABLE spent (
	day VARCHAR NOT NULL, 
	job VARCHAR NOT NULL, 
	calls BIGINT NOT NULL, 
	tokens BIGINT NOT NULL, 
	cost_usd FLOAT NOT NULL, 
	unpriced BIGINT NOT NULL, 
	CONSTRAINT pk_spent PRIMARY KEY (day, job)
);
INSERT INTO "spent" VALUES('a-day','a-job',1,1,0.25,1);
CREATE TABLE stood (
	seq INTEGER NOT NULL, 
	article VARCHAR NOT NULL, 
	decision INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	job VARCHAR, 
	CONSTRAINT pk_stood PRIMARY KEY (seq), 
	CONSTRAINT fk_stood_decision FOREIGN KEY(decision) REFERENCES decision (seq)
);
INSERT INTO "stood" VALUES(1,'a-article',1,'2026-11-23 12:30:15.000000','a-job');
CREATE TABLE tag_event (
	seq INTEGER NOT NULL, 
	article VARCHAR NOT NULL, 
	field VARCHAR NOT NULL, 
	tag VARCHAR NOT NULL, 
	event VARCHAR NOT NULL, 
	"by" VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	job VARCHAR, 
	CONSTRAINT pk_tag_event PRIMARY KEY (seq)
);
INSERT INTO "tag_event" VALUES(1,'a-article','a-field','a-tag','a-event','a-by','2026-11-23 12:30:15.000000','a-job');
CREATE TABLE takeover (
	workflow_id VARCHAR NOT NULL, 
	times INTEGER NOT NULL, 
	at_work_in VARCHAR, 
	CONSTRAINT pk_takeover PRIMARY KEY (workflow_id)
);
INSERT INTO "takeover" VALUES('a-workflow_id',1,'a-at_work_in');
CREATE TABLE taxonomy (
	version VARCHAR NOT NULL, 
	document TEXT NOT NULL, 
	kept_at DATETIME NOT NULL, 
	CONSTRAINT pk_taxonomy PRIMARY KEY (version)
);
INSERT INTO "taxonomy" VALUES('a-version','a document, it''s “said”','2026-11-23 12:30:15.000000');
CREATE TABLE verdict (
	fingerprint VARCHAR NOT NULL, 
	digest VARCHAR NOT NULL, 
	category VARCHAR NOT NULL, 
	judge VARCHAR NOT NULL, 
	model VARCHAR NOT NULL, 
	prompt_version VARCHAR NOT NULL, 
	document TEXT NOT NULL, 
	unreadable BOOLEAN NOT NULL, 
	tries INTEGER NOT NULL, 
	kept_at DATETIME NOT NULL, 
	CONSTRAINT pk_verdict PRIMARY KEY (fingerprint)
);
INSERT INTO "verdict" VALUES('a-fingerprint','a-digest','a-category','a-judge','a-model','a-prompt_version','a document, it''s “said”',1,1,'2026-11-23 12:30:15.000000');
CREATE TABLE word (
	seq INTEGER NOT NULL, 
	article VARCHAR NOT NULL, 
	category VARCHAR NOT NULL, 
	verdict VARCHAR NOT NULL, 
	note TEXT NOT NULL, 
	"by" VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	decision VARCHAR, 
	CONSTRAINT pk_word PRIMARY KEY (seq)
);
INSERT INTO "word" VALUES(1,'a-article','a-category','a-verdict','a note, it''s “said”','a-by','2026-11-23 12:30:15.000000','a-decision');
CREATE TABLE worker (
	executor_id VARCHAR NOT NULL, 
	beat FLOAT NOT NULL, 
	about TEXT NOT NULL, 
	CONSTRAINT pk_worker PRIMARY KEY (executor_id)
);
INSERT INTO "worker" VALUES('a-executor_id',0.25,'a about, it''s “said”');
CREATE INDEX ix_article_changed_at ON article (changed_at);
CREATE INDEX ix_article_version_article ON article_version (article);
CREATE INDEX ix_verdict_digest ON verdict (digest);
CREATE INDEX ix_decision_job ON decision (job);
CREATE INDEX ix_stood_article ON stood (article);
CREATE INDEX ix_assignment_status_category ON assignment (status, category);
CREATE INDEX ix_word_article ON word (article);
CREATE INDEX ix_tag_event_article ON tag_event (article);
CREATE INDEX ix_asking_again_due ON asking_again (due);
CREATE INDEX ix_job_state ON job (state);
CREATE INDEX ix_item_article ON item (article);
CREATE INDEX ix_item_job_state ON item (job, state);
CREATE INDEX ix_batch_job ON batch (job);
CREATE INDEX ix_batch_line_batch ON batch_line (batch);
CREATE INDEX ix_batch_line_job_state ON batch_line (job, state);
CREATE INDEX ix_attempt_at ON attempt (at);
CREATE INDEX ix_attempt_job ON attempt (job);
CREATE INDEX ix_spent_job ON spent (job);
CREATE INDEX ix_secret_source ON secret (source);
CREATE INDEX ix_cms_article_source ON cms_article (source);
CREATE INDEX ix_cms_write_source ON cms_write (source);
CREATE INDEX ix_cms_write_article ON cms_write (article);
CREATE INDEX ix_cms_write_delivery ON cms_write (delivery);
CREATE INDEX ix_callback_source ON callback (source);
CREATE INDEX ix_callback_state_due_at ON callback (state, due_at);
CREATE INDEX ix_session_api_key ON session (api_key);
CREATE INDEX ix_file_write_path ON file_write (path);
CREATE INDEX ix_delivery_line ON delivery (state, source, turn, due_at, received_at, id);
CREATE INDEX ix_delivery_received_at ON delivery (received_at, id);
CREATE INDEX ix_delivery_source_received_at ON delivery (source, received_at, id);
COMMIT;
