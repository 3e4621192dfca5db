-- "Last enforced, count" of a clause without reading every decision: what was counted is kept by clause, and what is not counted
-- yet is read beside it. A decision writes one small row of its own, and never one that another decision writes too.
-- Up Migration

create table concordat.clause_count (
  clause text primary key,
  tested bigint not null check (tested >= 0),
  last_tested timestamptz,
  refused bigint not null check (refused >= 0),
  last_refused timestamptz,
  check ((tested = 0) = (last_tested is null)),
  check ((refused = 0) = (last_refused is null))
);

create table concordat.uncounted_decision (
  decision_id uuid primary key references concordat.decision on delete cascade
);

create function concordat.count_later() returns trigger language plpgsql as $$
begin
  insert into concordat.uncounted_decision (decision_id) values (new.id);
  return null;
end
$$;
create trigger count_later after insert on concordat.decision for each row execute function concordat.count_later();

insert into concordat.uncounted_decision (decision_id) select id from concordat.decision;

grant select, insert, update on concordat.clause_count to concordat_gateway;
-- Rows are locked while they are counted, which takes the right to update.
grant select, insert, update, delete on concordat.uncounted_decision to concordat_gateway;
