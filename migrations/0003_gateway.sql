-- The gateway's own state: people and their dated standing, inspections and their teams, requests for case-level data and
-- where each stands, decisions, sealed items and the shelves whose keys open them, certificates, sessions and mail.
-- What must be true is a constraint. No statement here deletes history; the gateway's role may not either.
-- Up Migration

-- Identity is (issuer, subject), never a name or an address (ASVS 6.8.1).
create table concordat.person (
  id uuid primary key,
  issuer text not null,
  subject text not null,
  name text not null,
  email text not null,
  party text not null check (party in ('hmi-prisons', 'hmpps', 'imb', 'hmi-probation', 'moj-data-and-analysis')),
  unique (issuer, subject)
);

create table concordat.person_role (
  person_id uuid not null references concordat.person,
  role text not null check (role in ('analyst', 'approver', 'supply-desk', 'assurance-officer')),
  held_from date not null,
  held_until date check (held_until >= held_from),
  primary key (person_id, role, held_from)
);

create table concordat.person_standing (
  person_id uuid not null references concordat.person,
  kind text not null check (kind in ('training', 'vetting')),
  valid_until date not null,
  primary key (person_id, kind)
);

-- One enrolled key a person; the key it replaced stays, so that old signatures and deliveries can be read.
create table concordat.person_key (
  fingerprint text primary key,
  person_id uuid not null references concordat.person,
  armored text not null,
  state text not null check (state in ('offered', 'enrolled', 'replaced')),
  challenge_hash bytea check (challenge_hash is null or length(challenge_hash) = 32),
  challenge_tries integer not null default 0,
  offered_at timestamptz not null,
  enrolled_at timestamptz,
  expires_at timestamptz,
  check ((state = 'offered') = (challenge_hash is not null)),
  check ((state = 'offered') = (enrolled_at is null))
);
create unique index one_enrolled_key on concordat.person_key (person_id) where state = 'enrolled';

create table concordat.inspection (
  id uuid primary key,
  reference text not null unique,
  establishment text not null,
  starts_on date not null,
  ends_on date not null check (ends_on >= starts_on),
  closed_on date
);

create table concordat.inspection_member (
  inspection_id uuid not null references concordat.inspection,
  person_id uuid not null references concordat.person,
  member_from date not null,
  member_until date check (member_until >= member_from),
  primary key (inspection_id, person_id, member_from)
);

create table concordat.transfer (
  id uuid primary key,
  reference text not null unique,
  agreement text not null,
  exchange text not null,
  from_party text not null,
  to_party text not null,
  requester uuid not null references concordat.person,
  inspection text not null,
  dataset text not null,
  fields text[] not null check (cardinality(fields) > 0),
  establishments text[] not null check (cardinality(establishments) > 0),
  prison_numbers text[] not null default '{}',
  period_from date not null,
  period_to date not null check (period_to >= period_from),
  purpose text not null,
  statutory_basis text not null,
  lawful_basis text not null,
  data_categories text[] not null,
  marking text not null,
  retention_class text not null,
  state text not null check (state in ('requested', 'returned', 'approved', 'escalated', 'supplied', 'part-supplied',
                                       'available', 'collected', 'acknowledged', 'destroyed')),
  version integer not null default 1,
  requested_at timestamptz not null,
  returned_at timestamptz,
  resubmitted_at timestamptz,
  approver uuid references concordat.person,
  approved_at timestamptz,
  escalated_at timestamptz,
  supplier uuid references concordat.person,
  supplied_at timestamptz,
  supplied_fields text[],
  supplied_establishments text[],
  available_at timestamptz,
  collected_at timestamptz,
  acknowledged_at timestamptz,
  destroyed_at timestamptz,
  check (approver is null or approver <> requester),
  check ((approver is null) = (approved_at is null)),
  check ((supplier is null) = (supplied_at is null)),
  check (state in ('requested', 'returned') or approved_at is not null),
  check (state <> 'returned' or returned_at is not null),
  check (resubmitted_at is null or returned_at is not null),
  check (state <> 'escalated' or escalated_at is not null),
  check (state not in ('supplied', 'part-supplied', 'available', 'collected', 'acknowledged', 'destroyed')
         or (supplied_at is not null and supplied_fields <@ fields and supplied_establishments <@ establishments)),
  check (state not in ('available', 'collected', 'acknowledged', 'destroyed') or available_at is not null),
  check (state not in ('collected', 'acknowledged') or collected_at is not null),
  check (state <> 'acknowledged' or acknowledged_at is not null),
  check ((state = 'destroyed') = (destroyed_at is not null))
);
create index transfer_requester on concordat.transfer (requester);
create index transfer_state on concordat.transfer (state);

-- Free text stays out of the ledger and can be erased by itself (S14).
create table concordat.transfer_text (
  transfer_id uuid not null references concordat.transfer,
  kind text not null check (kind in ('relevance', 'return', 'part-supply', 'escalate')),
  written_at timestamptz not null,
  text text not null check (length(text) between 1 and 4000),
  primary key (transfer_id, kind, written_at)
);

create table concordat.decision (
  id uuid primary key,
  act text not null,
  outcome text not null check (outcome in ('permit', 'refusal')),
  person_id uuid references concordat.person,
  transfer_id uuid,
  facts jsonb not null,
  pack text not null,
  pack_hash text not null,
  tested text[] not null,
  refusals jsonb not null,
  decided_at timestamptz not null,
  check ((outcome = 'refusal') = (jsonb_array_length(refusals) > 0))
);
create index decision_transfer on concordat.decision (transfer_id);

-- A shelf stands for one destruction date of one schedule's owner: its key opens every item on it, and its end is theirs.
create table concordat.shelf (
  ref text primary key,
  owner text not null,
  destroy_on date not null,
  generation integer not null check (generation > 0),
  state text not null check (state in ('open', 'destroying', 'destroyed')),
  destroyed_at timestamptz,
  unique (owner, destroy_on, generation),
  check ((state = 'destroyed') = (destroyed_at is not null))
);

create table concordat.item (
  id uuid primary key,
  transfer_id uuid not null unique references concordat.transfer,
  vault_object text not null unique,
  ciphertext_sha256 bytea not null check (length(ciphertext_sha256) = 32),
  ciphertext_bytes bigint not null check (ciphertext_bytes > 0),
  plaintext_bytes bigint not null check (plaintext_bytes > 0),
  row_count bigint not null check (row_count >= 0),
  wrapped_key bytea,
  shelf_ref text not null references concordat.shelf,
  -- What it was sealed under; the rules ask at each opening whether that is still approved.
  cipher_profile text not null,
  schedule_owner text not null,
  schedule_version text not null,
  schedule_is_demonstration boolean not null,
  retention_class text not null,
  clock_started_at timestamptz not null,
  destroy_on date not null,
  state text not null check (state in ('sealed', 'destroyed')),
  destroyed_at timestamptz,
  check ((state = 'sealed') = (wrapped_key is not null)),
  check ((state = 'destroyed') = (destroyed_at is not null))
);
create index item_due on concordat.item (destroy_on) where state = 'sealed';

-- What stops a destruction (S13). Placed and lifted through the gateway from a later version on; counted already.
create table concordat.hold (
  id uuid primary key,
  item_id uuid not null references concordat.item,
  placed_by uuid not null references concordat.person,
  placed_at timestamptz not null,
  lifted_at timestamptz check (lifted_at >= placed_at)
);
create index hold_item on concordat.hold (item_id) where lifted_at is null;

create table concordat.collection (
  id uuid primary key,
  item_id uuid not null references concordat.item,
  person_id uuid not null references concordat.person,
  key_fingerprint text not null references concordat.person_key,
  collected_at timestamptz not null
);

create table concordat.certificate (
  id uuid primary key,
  item_id uuid not null unique references concordat.item,
  jws text not null,
  issued_at timestamptz not null
);

-- A running duty keeps the dates of the rule under which it started.
create table concordat.duty (
  id uuid primary key,
  clause text not null,
  transfer_id uuid not null references concordat.transfer,
  owed_by text not null,
  starts_at timestamptz not null,
  warn_at timestamptz not null,
  due_at timestamptz not null,
  met_at timestamptz,
  unique (clause, transfer_id)
);

create table concordat.mail (
  id uuid primary key,
  recipient text not null,
  subject text not null,
  body text not null,
  created_at timestamptz not null,
  sent_at timestamptz
);

create table concordat.session (
  sid text primary key,
  sess json not null,
  expire timestamptz not null
);
create index session_expire on concordat.session (expire);

grant select on all tables in schema concordat to concordat_gateway;
grant insert, update on concordat.person_key, concordat.transfer, concordat.shelf, concordat.item,
  concordat.duty, concordat.mail to concordat_gateway;
grant insert on concordat.transfer_text, concordat.decision, concordat.collection, concordat.certificate to concordat_gateway;
grant insert, update, delete on concordat.session to concordat_gateway;
