-- Which backups were taken, and until when each is kept: a certificate of destruction names those that still hold the bytes, with
-- the day on which they lapse. Written by `concordat backup`, as the owner.
-- Up Migration

create table concordat.backup (
  id uuid primary key,
  taken_at timestamptz not null,
  lapses_on date not null,
  manifest_sha256 bytea not null check (length(manifest_sha256) = 32)
);

grant select on concordat.backup to concordat_gateway;
