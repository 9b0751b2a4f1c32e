CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.api_key (
    id character varying NOT NULL,
    digest character varying NOT NULL,
    document text NOT NULL,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone
);
CREATE TABLE public.article (
    key character varying NOT NULL,
    digest character varying NOT NULL,
    url text,
    title text NOT NULL,
    first_seen timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    decision bigint,
    fingerprint character varying
);
CREATE TABLE public.article_text (
    digest character varying NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    sentences text NOT NULL,
    words integer NOT NULL,
    removed text NOT NULL,
    warnings text NOT NULL,
    kept_at timestamp with time zone NOT NULL
);
CREATE TABLE public.article_version (
    seq bigint NOT NULL,
    article character varying NOT NULL,
    digest character varying NOT NULL,
    title text NOT NULL,
    url text,
    at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.article_version_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.article_version_seq_seq OWNED BY public.article_version.seq;
CREATE TABLE public.asking_again (
    article character varying NOT NULL,
    digest character varying NOT NULL,
    tries integer NOT NULL,
    reason text NOT NULL,
    since timestamp with time zone NOT NULL,
    due timestamp with time zone NOT NULL,
    payer character varying
);
CREATE TABLE public.assignment (
    decision bigint NOT NULL,
    category character varying NOT NULL,
    kind character varying NOT NULL,
    status character varying NOT NULL,
    decided_by character varying NOT NULL,
    score double precision NOT NULL,
    reasons text NOT NULL
);
CREATE TABLE public.attempt (
    id character varying NOT NULL,
    at timestamp with time zone NOT NULL,
    job character varying,
    status character varying NOT NULL,
    document text NOT NULL
);
CREATE TABLE public.batch (
    id character varying NOT NULL,
    job character varying NOT NULL,
    state character varying NOT NULL,
    provider_id character varying,
    input_file character varying,
    lines integer NOT NULL,
    tokens bigint NOT NULL,
    tries integer NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE public.batch_line (
    job character varying NOT NULL,
    id character varying NOT NULL,
    batch character varying,
    state character varying NOT NULL,
    body text NOT NULL,
    tokens bigint NOT NULL,
    attempt character varying,
    reply text,
    tries integer NOT NULL,
    reason text NOT NULL
);
CREATE TABLE public.callback (
    id character varying NOT NULL,
    source character varying NOT NULL,
    decision character varying NOT NULL,
    body text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    state character varying NOT NULL,
    due_at timestamp with time zone NOT NULL,
    tries integer NOT NULL,
    reason text NOT NULL
);
CREATE TABLE public.cms_article (
    article character varying NOT NULL,
    source character varying NOT NULL,
    newest_at timestamp with time zone,
    digest character varying,
    cms_id character varying,
    locale character varying
);
CREATE TABLE public.cms_write (
    seq bigint NOT NULL,
    source character varying NOT NULL,
    article character varying NOT NULL,
    delivery character varying,
    decision character varying NOT NULL,
    at timestamp with time zone NOT NULL,
    state character varying NOT NULL,
    before text NOT NULL,
    after text NOT NULL,
    reason text NOT NULL
);
CREATE SEQUENCE public.cms_write_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.cms_write_seq_seq OWNED BY public.cms_write.seq;
CREATE TABLE public.decision (
    seq bigint NOT NULL,
    id character varying NOT NULL,
    article character varying NOT NULL,
    digest character varying NOT NULL,
    fingerprint character varying NOT NULL,
    created_at timestamp with time zone NOT NULL,
    taxonomy_version character varying NOT NULL,
    degraded boolean NOT NULL,
    job character varying,
    document text NOT NULL
);
CREATE SEQUENCE public.decision_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.decision_seq_seq OWNED BY public.decision.seq;
CREATE TABLE public.delivery (
    id character varying NOT NULL,
    source character varying NOT NULL,
    key character varying NOT NULL,
    received_at timestamp with time zone NOT NULL,
    events text NOT NULL,
    state character varying NOT NULL,
    due_at timestamp with time zone NOT NULL,
    tries integer NOT NULL,
    executor character varying,
    outcomes text NOT NULL,
    reason text NOT NULL,
    turn integer DEFAULT 0 NOT NULL
);
CREATE TABLE public.file_write (
    job character varying NOT NULL,
    number integer NOT NULL,
    article character varying NOT NULL,
    path text NOT NULL,
    before character varying NOT NULL,
    after character varying NOT NULL,
    state character varying NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE public.item (
    job character varying NOT NULL,
    number integer NOT NULL,
    article character varying NOT NULL,
    digest character varying NOT NULL,
    path text,
    raw character varying,
    state character varying NOT NULL,
    tries integer NOT NULL,
    reason text NOT NULL,
    before character varying,
    after character varying,
    calls integer NOT NULL,
    input_tokens bigint NOT NULL,
    cached_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cost_usd double precision,
    at timestamp with time zone NOT NULL
);
CREATE TABLE public.job (
    seq bigint NOT NULL,
    id character varying NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    state character varying NOT NULL,
    reason text NOT NULL,
    recipe text NOT NULL,
    plan text NOT NULL
);
CREATE SEQUENCE public.job_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.job_seq_seq OWNED BY public.job.seq;
CREATE TABLE public.lease (
    name character varying NOT NULL,
    holder character varying,
    until double precision NOT NULL
);
CREATE TABLE public.reading (
    raw character varying NOT NULL,
    digest character varying NOT NULL,
    article_id character varying,
    url text
);
CREATE TABLE public.secret (
    id character varying NOT NULL,
    source character varying NOT NULL,
    use character varying NOT NULL,
    value text NOT NULL,
    added_at timestamp with time zone NOT NULL,
    until timestamp with time zone
);
CREATE TABLE public.session (
    digest character varying NOT NULL,
    api_key character varying NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.source (
    name character varying NOT NULL,
    document text NOT NULL
);
CREATE TABLE public.spent (
    day character varying NOT NULL,
    job character varying NOT NULL,
    calls bigint NOT NULL,
    tokens bigint NOT NULL,
    cost_usd double precision NOT NULL,
    unpriced bigint NOT NULL
);
CREATE TABLE public.stood (
    seq bigint NOT NULL,
    article character varying NOT NULL,
    decision bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    job character varying
);
CREATE SEQUENCE public.stood_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.stood_seq_seq OWNED BY public.stood.seq;
CREATE TABLE public.tag_event (
    seq bigint NOT NULL,
    article character varying NOT NULL,
    field character varying NOT NULL,
    tag character varying NOT NULL,
    event character varying NOT NULL,
    by character varying NOT NULL,
    at timestamp with time zone NOT NULL,
    job character varying
);
CREATE SEQUENCE public.tag_event_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.tag_event_seq_seq OWNED BY public.tag_event.seq;
CREATE TABLE public.takeover (
    workflow_id character varying NOT NULL,
    times integer NOT NULL,
    at_work_in character varying
);
CREATE TABLE public.taxonomy (
    version character varying NOT NULL,
    document text NOT NULL,
    kept_at timestamp with time zone NOT NULL
);
CREATE TABLE public.verdict (
    fingerprint character varying NOT NULL,
    digest character varying NOT NULL,
    category character varying NOT NULL,
    judge character varying NOT NULL,
    model character varying NOT NULL,
    prompt_version character varying NOT NULL,
    document text NOT NULL,
    unreadable boolean NOT NULL,
    tries integer NOT NULL,
    kept_at timestamp with time zone NOT NULL
);
CREATE TABLE public.word (
    seq bigint NOT NULL,
    article character varying NOT NULL,
    category character varying NOT NULL,
    verdict character varying NOT NULL,
    note text NOT NULL,
    by character varying NOT NULL,
    at timestamp with time zone NOT NULL,
    decision character varying
);
CREATE SEQUENCE public.word_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.word_seq_seq OWNED BY public.word.seq;
CREATE TABLE public.worker (
    executor_id character varying NOT NULL,
    beat double precision NOT NULL,
    about text NOT NULL
);
ALTER TABLE ONLY public.article_version ALTER COLUMN seq SET DEFAULT nextval('public.article_version_seq_seq'::regclass);
ALTER TABLE ONLY public.cms_write ALTER COLUMN seq SET DEFAULT nextval('public.cms_write_seq_seq'::regclass);
ALTER TABLE ONLY public.decision ALTER COLUMN seq SET DEFAULT nextval('public.decision_seq_seq'::regclass);
ALTER TABLE ONLY public.job ALTER COLUMN seq SET DEFAULT nextval('public.job_seq_seq'::regclass);
ALTER TABLE ONLY public.stood ALTER COLUMN seq SET DEFAULT nextval('public.stood_seq_seq'::regclass);
ALTER TABLE ONLY public.tag_event ALTER COLUMN seq SET DEFAULT nextval('public.tag_event_seq_seq'::regclass);
ALTER TABLE ONLY public.word ALTER COLUMN seq SET DEFAULT nextval('public.word_seq_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0003');
INSERT INTO public.api_key VALUES ('a-id', 'a-digest', 'a document, it''s “said”', '2026-11-23 12:30:15+00', '2026-11-23 12:30:15+00');
INSERT INTO public.article VALUES ('a-key', 'a-digest', 'a url, it''s “said”', 'a title, it''s “said”', '2026-11-23 12:30:15+00', '2026-11-23 12:30:15+00', 1, 'a-fingerprint');
INSERT INTO public.article_text VALUES ('a-digest', 'a title, it''s “said”', 'a body, it''s “said”', 'a sentences, it''s “said”', 1, 'a removed, it''s “said”', 'a warnings, it''s “said”', '2026-11-23 12:30:15+00');
INSERT INTO public.article_version VALUES (1, 'a-article', 'a-digest', 'a title, it''s “said”', 'a url, it''s “said”', '2026-11-23 12:30:15+00');
INSERT INTO public.asking_again VALUES ('a-article', 'a-digest', 1, 'a reason, it''s “said”', '2026-11-23 12:30:15+00', '2026-11-23 12:30:15+00', 'a-payer');
INSERT INTO public.assignment VALUES (1, 'a-category', 'a-kind', 'a-status', 'a-decided_by', 0.25, 'a reasons, it''s “said”');
INSERT INTO public.attempt VALUES ('a-id', '2026-11-23 12:30:15+00', 'a-job', 'a-status', 'a document, it''s “said”');
INSERT INTO public.batch VALUES ('a-id', 'a-job', 'a-state', 'a-provider_id', 'a-input_file', 1, 1, 1, 'a reason, it''s “said”', '2026-11-23 12:30:15+00');
INSERT INTO public.batch_line VALUES ('a-job', 'a-id', 'a-batch', 'a-state', 'a body, it''s “said”', 1, 'a-attempt', 'a reply, it''s “said”', 1, 'a reason, it''s “said”');
INSERT INTO public.callback VALUES ('a-id', 'a-source', 'a-decision', 'a body, it''s “said”', '2026-11-23 12:30:15+00', 'a-state', '2026-11-23 12:30:15+00', 1, 'a reason, it''s “said”');
INSERT INTO public.cms_article VALUES ('a-article', 'a-source', '2026-11-23 12:30:15+00', 'a-digest', 'a-cms_id', 'a-locale');
INSERT INTO public.cms_write VALUES (1, 'a-source', 'a-article', 'a-delivery', 'a-decision', '2026-11-23 12:30:15+00', 'a-state', 'a before, it''s “said”', 'a after, it''s “said”', 'a reason, it''s “said”');
INSERT INTO public.decision VALUES (1, 'a-id', 'a-article', 'a-digest', 'a-fingerprint', '2026-11-23 12:30:15+00', 'a-taxonomy_version', true, 'a-job', 'a document, it''s “said”');
INSERT INTO public.delivery VALUES ('a-id', 'a-source', 'a-key', '2026-11-23 12:30:15+00', 'a events, it''s “said”', 'a-state', '2026-11-23 12:30:15+00', 1, 'a-executor', 'a outcomes, it''s “said”', 'a reason, it''s “said”', 1);
INSERT INTO public.file_write VALUES ('a-id', 1, 'a-article', 'a path, it''s “said”', 'a-before', 'a-after', 'a-state', 'a reason, it''s “said”', '2026-11-23 12:30:15+00');
INSERT INTO public.item VALUES ('a-id', 1, 'a-article', 'a-digest', 'a path, it''s “said”', 'a-raw', 'a-state', 1, 'a reason, it''s “said”', 'a-before', 'a-after', 1, 1, 1, 1, 0.25, '2026-11-23 12:30:15+00');
INSERT INTO public.job VALUES (1, 'a-id', '2026-11-23 12:30:15+00', '2026-11-23 12:30:15+00', 'a-state', 'a reason, it''s “said”', 'a recipe, it''s “said”', 'a plan, it''s “said”');
INSERT INTO public.lease VALUES ('a-name', 'a-holder', 0.25);
INSERT INTO public.reading VALUES ('a-raw', 'a-digest', 'a-article_id', 'a url, it''s “said”');
INSERT INTO public.secret VALUES ('a-id', 'a-source', 'a-use', 'a value, it''s “said”', '2026-11-23 12:30:15+00', '2026-11-23 12:30:15+00');
INSERT INTO public.session VALUES ('a-digest', 'a-api_key', '2026-11-23 12:30:15+00', '2026-11-23 12:30:15+00');
INSERT INTO public.source VALUES ('a-name', 'a document, it''s “said”');
INSERT INTO public.spent VALUES ('a-day', 'a-job', 1, 1, 0.25, 1);
INSERT INTO public.stood VALUES (1, 'a-article', 1, '2026-11-23 12:30:15+00', 'a-job');
INSERT INTO public.tag_event VALUES (1, 'a-article', 'a-field', 'a-tag', 'a-event', 'a-by', '2026-11-23 12:30:15+00', 'a-job');
INSERT INTO public.takeover VALUES ('a-workflow_id', 1, 'a-at_work_in');
INSERT INTO public.taxonomy VALUES ('a-version', 'a document, it''s “said”', '2026-11-23 12:30:15+00');
INSERT INTO public.verdict VALUES ('a-fingerprint', 'a-digest', 'a-category', 'a-judge', 'a-model', 'a-prompt_version', 'a document, it''s “said”', true, 1, '2026-11-23 12:30:15+00');
INSERT INTO public.word VALUES (1, 'a-article', 'a-category', 'a-verdict', 'a note, it''s “said”', 'a-by', '2026-11-23 12:30:15+00', 'a-decision');
INSERT INTO public.worker VALUES ('a-executor_id', 0.25, 'a about, it''s “said”');
SELECT pg_catalog.setval('public.article_version_seq_seq', 1, false);
SELECT pg_catalog.setval('public.cms_write_seq_seq', 1, false);
SELECT pg_catalog.setval('public.decision_seq_seq', 1, false);
SELECT pg_catalog.setval('public.job_seq_seq', 1, false);
SELECT pg_catalog.setval('public.stood_seq_seq', 1, false);
SELECT pg_catalog.setval('public.tag_event_seq_seq', 1, false);
SELECT pg_catalog.setval('public.word_seq_seq', 1, false);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT pk_api_key PRIMARY KEY (id);
ALTER TABLE ONLY public.article
    ADD CONSTRAINT pk_article PRIMARY KEY (key);
ALTER TABLE ONLY public.article_text
    ADD CONSTRAINT pk_article_text PRIMARY KEY (digest);
ALTER TABLE ONLY public.article_version
    ADD CONSTRAINT pk_article_version PRIMARY KEY (seq);
ALTER TABLE ONLY public.asking_again
    ADD CONSTRAINT pk_asking_again PRIMARY KEY (article);
ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT pk_assignment PRIMARY KEY (decision, category);
ALTER TABLE ONLY public.attempt
    ADD CONSTRAINT pk_attempt PRIMARY KEY (id);
ALTER TABLE ONLY public.batch
    ADD CONSTRAINT pk_batch PRIMARY KEY (id);
ALTER TABLE ONLY public.batch_line
    ADD CONSTRAINT pk_batch_line PRIMARY KEY (job, id);
ALTER TABLE ONLY public.callback
    ADD CONSTRAINT pk_callback PRIMARY KEY (id);
ALTER TABLE ONLY public.cms_article
    ADD CONSTRAINT pk_cms_article PRIMARY KEY (article);
ALTER TABLE ONLY public.cms_write
    ADD CONSTRAINT pk_cms_write PRIMARY KEY (seq);
ALTER TABLE ONLY public.decision
    ADD CONSTRAINT pk_decision PRIMARY KEY (seq);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT pk_delivery PRIMARY KEY (id);
ALTER TABLE ONLY public.file_write
    ADD CONSTRAINT pk_file_write PRIMARY KEY (job, number);
ALTER TABLE ONLY public.item
    ADD CONSTRAINT pk_item PRIMARY KEY (job, number);
ALTER TABLE ONLY public.job
    ADD CONSTRAINT pk_job PRIMARY KEY (seq);
ALTER TABLE ONLY public.lease
    ADD CONSTRAINT pk_lease PRIMARY KEY (name);
ALTER TABLE ONLY public.reading
    ADD CONSTRAINT pk_reading PRIMARY KEY (raw);
ALTER TABLE ONLY public.secret
    ADD CONSTRAINT pk_secret PRIMARY KEY (id);
ALTER TABLE ONLY public.session
    ADD CONSTRAINT pk_session PRIMARY KEY (digest);
ALTER TABLE ONLY public.source
    ADD CONSTRAINT pk_source PRIMARY KEY (name);
ALTER TABLE ONLY public.spent
    ADD CONSTRAINT pk_spent PRIMARY KEY (day, job);
ALTER TABLE ONLY public.stood
    ADD CONSTRAINT pk_stood PRIMARY KEY (seq);
ALTER TABLE ONLY public.tag_event
    ADD CONSTRAINT pk_tag_event PRIMARY KEY (seq);
ALTER TABLE ONLY public.takeover
    ADD CONSTRAINT pk_takeover PRIMARY KEY (workflow_id);
ALTER TABLE ONLY public.taxonomy
    ADD CONSTRAINT pk_taxonomy PRIMARY KEY (version);
ALTER TABLE ONLY public.verdict
    ADD CONSTRAINT pk_verdict PRIMARY KEY (fingerprint);
ALTER TABLE ONLY public.word
    ADD CONSTRAINT pk_word PRIMARY KEY (seq);
ALTER TABLE ONLY public.worker
    ADD CONSTRAINT pk_worker PRIMARY KEY (executor_id);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT uq_api_key_digest UNIQUE (digest);
ALTER TABLE ONLY public.decision
    ADD CONSTRAINT uq_decision_article_fingerprint UNIQUE (article, fingerprint);
ALTER TABLE ONLY public.decision
    ADD CONSTRAINT uq_decision_id UNIQUE (id);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT uq_delivery_source_key UNIQUE (source, key);
ALTER TABLE ONLY public.job
    ADD CONSTRAINT uq_job_id UNIQUE (id);
CREATE INDEX ix_article_changed_at ON public.article USING btree (changed_at);
CREATE INDEX ix_article_version_article ON public.article_version USING btree (article);
CREATE INDEX ix_asking_again_due ON public.asking_again USING btree (due);
CREATE INDEX ix_assignment_status_category ON public.assignment USING btree (status, category);
CREATE INDEX ix_attempt_at ON public.attempt USING btree (at);
CREATE INDEX ix_attempt_job ON public.attempt USING btree (job);
CREATE INDEX ix_batch_job ON public.batch USING btree (job);
CREATE INDEX ix_batch_line_batch ON public.batch_line USING btree (batch);
CREATE INDEX ix_batch_line_job_state ON public.batch_line USING btree (job, state);
CREATE INDEX ix_callback_source ON public.callback USING btree (source);
CREATE INDEX ix_callback_state_due_at ON public.callback USING btree (state, due_at);
CREATE INDEX ix_cms_article_source ON public.cms_article USING btree (source);
CREATE INDEX ix_cms_write_article ON public.cms_write USING btree (article);
CREATE INDEX ix_cms_write_delivery ON public.cms_write USING btree (delivery);
CREATE INDEX ix_cms_write_source ON public.cms_write USING btree (source);
CREATE INDEX ix_decision_job ON public.decision USING btree (job);
CREATE INDEX ix_delivery_line ON public.delivery USING btree (state, source, turn, due_at, received_at, id);
CREATE INDEX ix_delivery_received_at ON public.delivery USING btree (received_at, id);
CREATE INDEX ix_delivery_source_received_at ON public.delivery USING btree (source, received_at, id);
CREATE INDEX ix_file_write_path ON public.file_write USING btree (path);
CREATE INDEX ix_item_article ON public.item USING btree (article);
CREATE INDEX ix_item_job_state ON public.item USING btree (job, state);
CREATE INDEX ix_job_state ON public.job USING btree (state);
CREATE INDEX ix_secret_source ON public.secret USING btree (source);
CREATE INDEX ix_session_api_key ON public.session USING btree (api_key);
CREATE INDEX ix_spent_job ON public.spent USING btree (job);
CREATE INDEX ix_stood_article ON public.stood USING btree (article);
CREATE INDEX ix_tag_event_article ON public.tag_event USING btree (article);
CREATE INDEX ix_verdict_digest ON public.verdict USING btree (digest);
CREATE INDEX ix_word_article ON public.word USING btree (article);
ALTER TABLE ONLY public.article
    ADD CONSTRAINT fk_article_digest FOREIGN KEY (digest) REFERENCES public.article_text(digest);
ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT fk_assignment_decision FOREIGN KEY (decision) REFERENCES public.decision(seq);
ALTER TABLE ONLY public.decision
    ADD CONSTRAINT fk_decision_digest FOREIGN KEY (digest) REFERENCES public.article_text(digest);
ALTER TABLE ONLY public.file_write
    ADD CONSTRAINT fk_file_write_job FOREIGN KEY (job) REFERENCES public.job(id);
ALTER TABLE ONLY public.item
    ADD CONSTRAINT fk_item_job FOREIGN KEY (job) REFERENCES public.job(id);
ALTER TABLE ONLY public.stood
    ADD CONSTRAINT fk_stood_decision FOREIGN KEY (decision) REFERENCES public.decision(seq);
