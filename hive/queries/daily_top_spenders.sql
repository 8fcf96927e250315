-- The users who spent most on each day.
select date_ts, userid, daily_spend, rank
from warehouse.daily_top_spenders
order by date_ts asc nulls first, rank asc nulls first
