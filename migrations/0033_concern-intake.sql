-- A hundred thousand concerns are taken in within seconds. Rows that wait are written once, read twice and deleted, so they are
-- kept without a log; a server that fell over forgets them, and the intake sees that they are not all there. What was checked
-- row by row is checked statement by statement where that is the same. A file whose reading stopped says so.
-- Up Migration

alter table concordat.concern_intake_row drop constraint concern_intake_row_intake_id_fkey;
drop index concordat.concern_intake_row_intake;
alter table concordat.concern_intake_row set unlogged;
-- The rows of one intake lie side by side.
create index concern_intake_row_intake on concordat.concern_intake_row using brin (intake_id) with (pages_per_range = 16);

drop index concordat.concern_inspection, concordat.concern_establishment, concordat.concern_first_edition;
create index concern_place on concordat.concern_version (establishment, inspection) where last_edition is null;
-- Versions are written edition by edition, and never moved.
create index concern_first_edition on concordat.concern_version using brin (first_edition) with (pages_per_range = 16);

-- Editions are dense: each has the one before it.
alter table concordat.concern_edition
  add column previous integer generated always as (nullif(edition - 1, 0)) stored references concordat.concern_edition (edition);
-- So a version names an edition that there is when it names none past the last: as a foreign key, but asked once a statement.
alter table concordat.concern_version
  drop constraint concern_version_first_edition_fkey,
  add constraint concern_version_first_edition_check check (first_edition > 0);
create function concordat.editions_exist() returns trigger language plpgsql set enable_seqscan = off as $$
begin
  if exists (
    select from concordat.concern_version
    where first_edition > (select coalesce(max(edition), 0) from concordat.concern_edition)
  ) then
    raise foreign_key_violation using message = 'a version of a concern names an edition that does not exist';
  end if;
  return null;
end $$;
create trigger editions_exist after insert on concordat.concern_version
  for each statement execute function concordat.editions_exist();

alter table concordat.concern_intake
  add column stopped_because text,
  drop constraint concern_intake_state_check,
  drop constraint concern_intake_check1,
  add constraint concern_intake_state_check check (state in ('reading', 'stopped', 'checked', 'taken', 'discarded')),
  add constraint concern_intake_checked check (state in ('reading', 'stopped') or (sha256 is not null and fault_count is not null and base_edition is not null));
