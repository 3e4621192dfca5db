-- When a shelf was made, so that a change of the keys can tell the old ones from those that took their place. Of shelves that are
-- there already it is not known: they are as old as this migration.
alter table concordat.shelf add column made_at timestamptz not null default now();
