-- The day's top spenders, what they looked at, and whom to write to.

-- table: warehouse.daily_top_spenders
with ranked as (
  select substr(date_ts, 1, 8) as day, userid, sum(amount) as daily_spend,
    row_number() over (
      partition by substr(date_ts, 1, 8) order by sum(amount) desc nulls last, userid asc nulls first
    ) as rank
  from sales
  where kind = 'sale' and userid is not null
  group by substr(date_ts, 1, 8), userid
)
select userid, daily_spend, rank, day as date_ts from ranked where rank <= :top_spenders;

-- table: warehouse.daily_top_spenders_usage_logs
select h.userid, h.hit_ts, h.url, h.sessionid, h.ip, h.city, h.country, h.state, d.daily_spend, d.rank, d.date_ts
from session_hits h
join warehouse.daily_top_spenders d on d.userid = h.userid and d.date_ts = substr(h.date_ts, 1, 8);

-- table: warehouse.promo_mailing_list
select userid, date_ts from warehouse.daily_top_spenders;

-- check: ranks without gaps
select date_ts, count(*) as users, min(rank) as first_rank, max(rank) as last_rank
from warehouse.daily_top_spenders
group by date_ts
having min(rank) <> 1 or max(rank) <> count(*) or count(distinct rank) <> count(*);
