-- The concerns database (hmpps-2025/20): what HMI Prisons raised on inspection, and every version of it that ever was, so that
-- an export can be made again as it was and what changed between two exports is a question of SQL. Nothing is overwritten.
-- Up Migration

-- Roles are data (policies/parties.yaml); a list of them here would have to be kept in step with it.
alter table concordat.person_role drop constraint if exists person_role_role_check;

-- What an entry can be about is closed by the catalogue of events, which the writer checks; a second list here would drift.
alter table ledger.index drop constraint if exists index_kind_check, add constraint index_kind_check check (kind ~ '^[a-z][a-z-]*$');

-- Each change, of one concern or of thousands, makes one edition. Editions are dense: an export names the one it is made from.
create table concordat.concern_edition (
  edition integer primary key check (edition > 0),
  made_by uuid not null references concordat.person,
  made_at timestamptz not null,
  means text not null check (means in ('intake', 'edit')),
  reason text not null check (length(reason) between 1 and 4000)
);

create table concordat.concern_version (
  reference text not null check (reference ~ '^[A-Z0-9][A-Z0-9-]{1,39}$'),
  version integer not null check (version > 0),
  first_edition integer not null references concordat.concern_edition,
  -- The last edition that holds it; null while it is how the concern stands.
  last_edition integer check (last_edition >= first_edition),
  establishment text not null,
  inspection text not null check (length(inspection) between 1 and 60),
  report_published_on date not null,
  healthy_prison_test text not null check (healthy_prison_test in ('safety', 'respect', 'purposeful-activity', 'preparation-for-release')),
  rank text not null check (rank in ('priority', 'key')),
  text text not null check (length(text) between 1 and 4000),
  is_opinion boolean not null,
  status text not null check (status in ('open', 'closed')),
  status_on date not null check (status_on >= report_published_on),
  irp_judgement text check (irp_judgement in ('no-meaningful-progress', 'insufficient-progress', 'reasonable-progress', 'good-progress')),
  irp_judged_on date check (irp_judged_on >= report_published_on),
  primary key (reference, version),
  check ((irp_judgement is null) = (irp_judged_on is null))
);
create unique index concern_current on concordat.concern_version (reference) where last_edition is null;
create index concern_inspection on concordat.concern_version (inspection) where last_edition is null;
create index concern_establishment on concordat.concern_version (establishment) where last_edition is null;
create index concern_first_edition on concordat.concern_version (first_edition);

-- A file that was checked. Its rows wait here until they are taken in or discarded, and no longer.
create table concordat.concern_intake (
  id uuid primary key,
  started_by uuid not null references concordat.person,
  started_at timestamptz not null,
  format text not null check (format in ('csv', 'xlsx', 'json')),
  state text not null check (state in ('reading', 'checked', 'taken', 'discarded')),
  rows_read integer not null default 0,
  sha256 bytea check (length(sha256) = 32),
  -- The edition that it was compared with: another one since, and it is compared again before it is taken in.
  base_edition integer,
  fault_count integer,
  faults jsonb,
  added integer,
  changed integer,
  closed integer,
  unchanged integer,
  taken_edition integer references concordat.concern_edition,
  check ((state = 'taken') = (taken_edition is not null)),
  check (state = 'reading' or (sha256 is not null and fault_count is not null and base_edition is not null)),
  check (state <> 'taken' or fault_count = 0)
);

create table concordat.concern_intake_row (
  intake_id uuid not null references concordat.concern_intake,
  row_number integer not null,
  reference text not null,
  establishment text not null,
  inspection text not null,
  report_published_on date not null,
  healthy_prison_test text not null,
  rank text not null,
  text text not null,
  is_opinion boolean not null,
  status text not null,
  status_on date not null,
  irp_judgement text,
  irp_judged_on date
);
create index concern_intake_row_intake on concordat.concern_intake_row (intake_id, reference);

grant select, insert on concordat.concern_edition, concordat.concern_version to concordat_gateway;
grant update (last_edition) on concordat.concern_version to concordat_gateway;
grant select, insert, update on concordat.concern_intake to concordat_gateway;
grant select, insert, delete on concordat.concern_intake_row to concordat_gateway;
