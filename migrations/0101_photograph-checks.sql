-- What named people saw in a photograph (hmpps-2025/annex-a, S17), and what HMPPS said of it in its fact check. A positive answer is
-- a bar: nothing takes it back, and no other answer to the same question counts after it.
-- Up Migration

create table concordat.photograph_check (
  id uuid primary key,
  photograph_id uuid not null references concordat.photograph,
  question text not null check (question in ('accuracy', 'identity', 'decency', 'security', 'victims', 'of-interest')),
  answer text not null check (answer in ('clear', 'found')),
  words text not null check (length(words) between 1 and 2000),
  answered_by uuid not null references concordat.person,
  party text not null,
  answered_at timestamptz not null,
  unique (photograph_id, question, answered_by, answer)
);

create function concordat.bar_stands() returns trigger language plpgsql as $$
begin
  if new.answer = 'clear' and exists (select from concordat.photograph_check c
                                      where c.photograph_id = new.photograph_id and c.question = new.question and c.answer = 'found') then
    raise exception 'the photograph % is barred for %', new.photograph_id, new.question using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger bar_stands before insert on concordat.photograph_check for each row execute function concordat.bar_stands();

create table concordat.photograph_answer (
  id uuid primary key,
  photograph_id uuid not null references concordat.photograph,
  answer text not null check (answer in ('no-objection', 'objection')),
  words text check (length(words) between 1 and 2000),
  answered_by uuid not null references concordat.person,
  answered_at timestamptz not null,
  decision text check (decision in ('accepted', 'overruled')),
  decided_by uuid references concordat.person,
  decided_at timestamptz check (decided_at >= answered_at),
  reason text check (length(reason) between 1 and 2000),
  check ((answer = 'objection') = (words is not null)),
  check (answer = 'objection' or decision is null),
  check ((decision is null) = (decided_by is null) and (decision is null) = (decided_at is null) and (decision is null) = (reason is null))
);
create index photograph_answer_photograph on concordat.photograph_answer (photograph_id, answered_at);

-- What was decided stays decided.
create function concordat.decision_stands() returns trigger language plpgsql as $$
begin
  if old.decision is not null and new.decision is distinct from old.decision then
    raise exception 'the objection % is decided', old.id using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger decision_stands before update on concordat.photograph_answer for each row execute function concordat.decision_stands();

grant select, insert on concordat.photograph_check, concordat.photograph_answer to concordat_gateway;
grant update (decision, decided_by, decided_at, reason) on concordat.photograph_answer to concordat_gateway;
