-- What each hour's top spenders spent, by city. A user counts once, under the city of the first hit of the hour; a city
-- that is not known, or a user without a hit in that hour, is an empty city, and so are hours whose hits were pruned.
with first_hits as (
  select date_ts, userid, city,
    row_number() over (
      partition by date_ts, userid
      order by hit_ts asc nulls first, city asc nulls first, country asc nulls first, state asc nulls first
    ) as place
  from processed.session_hits
)
select h.date_ts, f.city, count(*) as spenders, sum(h.hourly_spend) as spend
from warehouse.hourly_top_spenders h
left join first_hits f on f.date_ts = h.date_ts and f.userid = h.userid and f.place = 1
group by h.date_ts, f.city
order by date_ts asc nulls first, spend desc nulls last, city asc nulls first
