-- Checks of drafts (hub-2023/3.6, 4.3): of a draft nothing is kept but its hash and what was found. The copy that a publisher
-- cleared is known by that hash, and no other is marked for release.
-- Up Migration

create table concordat.draft_check (
  id uuid primary key,
  clearance_id uuid not null references concordat.clearance,
  sha256 bytea not null check (length(sha256) = 32),
  format text not null check (format in ('docx', 'odt', 'pdf', 'html', 'text')),
  checked_by uuid not null references concordat.person,
  checked_at timestamptz not null,
  -- Each number that was found, in the order of the draft: its value, what it matched, and how that stood. No words of the draft.
  findings jsonb not null check (jsonb_typeof(findings) = 'array'),
  cleared_by uuid references concordat.person,
  cleared_at timestamptz check (cleared_at >= checked_at),
  check ((cleared_by is null) = (cleared_at is null))
);
create index draft_check_clearance on concordat.draft_check (clearance_id, checked_at);
-- Withdrawing consent finds every draft that holds the figure.
create index draft_check_figures on concordat.draft_check using gin (findings jsonb_path_ops);

grant select, insert on concordat.draft_check to concordat_gateway;
grant update (cleared_by, cleared_at) on concordat.draft_check to concordat_gateway;
