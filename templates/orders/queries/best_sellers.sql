-- The products that brought most money, by day.
-- parameter: limit = 10
select date_ts, product, revenue, pieces, orders
from shop.daily_sales
order by date_ts asc nulls first, revenue desc nulls last, product asc nulls first
limit :limit
