-- A look at what the days' top spenders did on the site: their hits, those of the best spenders first.
-- parameter: limit = 20
select *
from warehouse.daily_top_spenders_usage_logs
order by date_ts asc nulls first, rank asc nulls first, hit_ts asc nulls first, url asc nulls first, ip asc nulls first
limit :limit
