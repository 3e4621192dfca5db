-- Ids, codes and references of inspections are compared by their bytes, which is the order of the export's files wherever it is
-- made: so the primary key gives that order too, and needs no second index beside it.
-- Up Migration

alter table concordat.concern_version
  alter column reference type text collate "C",
  alter column establishment type text collate "C",
  alter column inspection type text collate "C";
alter table concordat.concern_intake_row
  alter column reference type text collate "C",
  alter column establishment type text collate "C",
  alter column inspection type text collate "C";
drop index concordat.concern_version_order;
