-- What each day's top spenders spent, by city. A user counts once, under the city of the first hit of the day; a city
-- that is not known, or a user without a hit on that day, is an empty city.
with first_hits as (
  select date_ts, userid, city,
    row_number() over (
      partition by date_ts, userid
      order by hit_ts asc nulls first, city asc nulls first, country asc nulls first, state asc nulls first
    ) as place
  from warehouse.daily_top_spenders_usage_logs
)
select d.date_ts, f.city, count(*) as spenders, sum(d.daily_spend) as spend
from warehouse.daily_top_spenders d
left join first_hits f on f.date_ts = d.date_ts and f.userid = d.userid and f.place = 1
group by d.date_ts, f.city
order by date_ts asc nulls first, spend desc nulls last, city asc nulls first
